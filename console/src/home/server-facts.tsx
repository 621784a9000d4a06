/** @file The server in one line of facts. */
import type { ReactNode } from "react"

import { useLanguage } from "../language.tsx"
import type { ServerState } from "../server.ts"

export function ServerFacts({ state }: { readonly state: ServerState }) {
  const { say, format } = useLanguage()
  const { mode, reachable } = state.database
  return (
    <section aria-label={say("serverTitle")}>
      <dl className="facts">
        <Fact name={say("serverVersion")}>{state.version}</Fact>
        <Fact name={say("serverDatabase")}>
          {mode === "embedded" ? say("serverDatabaseEmbedded") : say("serverDatabaseOutside")}
          {!reachable && <span className="is-bad"> {say("serverDatabaseAway")}</span>}
        </Fact>
        <Fact name={say("serverEndpoints")}>{format.number(state.endpoints)}</Fact>
        <Fact name={say("serverRunningJobs")}>{format.number(state.runningJobs)}</Fact>
        <Fact name={say("serverMemory")}>{format.bytes(state.memoryBytes)}</Fact>
        <Fact name={say("serverStarted")}>
          <time dateTime={state.startedAt} title={format.moment(state.startedAt)}>
            {format.ago(state.startedAt, Date.now())}
          </time>
        </Fact>
      </dl>
    </section>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

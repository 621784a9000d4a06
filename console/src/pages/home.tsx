/** @file The first screen: how the server is, what runs, what is served and a way to try it, what there is. */
import { Container } from "@mantine/core"

import { Datasets } from "../home/datasets.tsx"
import { Endpoints } from "../home/endpoints.tsx"
import { Jobs } from "../home/jobs.tsx"
import { LostConnection } from "../home/lost-connection.tsx"
import { Models } from "../home/models.tsx"
import { ServerFacts } from "../home/server-facts.tsx"
import { Warnings } from "../home/warnings.tsx"
import { useLanguage } from "../language.tsx"
import { Failure } from "../parts/failure.tsx"
import { Loading } from "../parts/loading.tsx"
import { TopBar } from "../parts/top-bar.tsx"
import { useServerState } from "../queries.ts"
import { QuernstoneError } from "../server.ts"
import { SignIn } from "./sign-in.tsx"

export function Home() {
  const { say } = useLanguage()
  const { data: state, error, dataUpdatedAt, refetch } = useServerState()
  const status = error instanceof QuernstoneError ? error.status : null
  if (status === 401 || status === 403) return <SignIn isForbidden={status === 403} />
  const isLost = status === 0
  return (
    <>
      <a className="skip-link" href="#content">
        {say("skipToContent")}
      </a>
      <TopBar connection={isLost ? "lost" : state === undefined ? "unknown" : "connected"} />
      <Container component="main" size={1440} id="content" tabIndex={-1} className="page">
        {isLost && <LostConnection sinceMs={state === undefined ? null : dataUpdatedAt} />}
        {error !== null && !isLost && (
          <Failure title={say("failureTitle")} error={error} onTryAgain={() => void refetch()} />
        )}
        {state === undefined ? (
          error === null && <Loading lines={6} />
        ) : (
          <div className={isLost ? "content is-old" : "content"}>
            <Warnings state={state} />
            <ServerFacts state={state} />
            <Endpoints needsKey={state.authentication === "on"} />
            <Jobs />
            <div className="lists">
              <Models />
              <Datasets />
            </div>
          </div>
        )}
      </Container>
    </>
  )
}

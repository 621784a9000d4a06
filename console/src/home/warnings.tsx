/** @file What the administrator should not overlook. */
import { type Say, useLanguage } from "../language.tsx"
import { Notice } from "../parts/notice.tsx"
import type { ServerState } from "../server.ts"

export function Warnings({ state }: { readonly state: ServerState }) {
  const { say } = useLanguage()
  if (state.warnings.length === 0) return null
  return (
    <Notice kind="care" title={say("warningsTitle")}>
      <ul className="problems">
        {state.warnings.map((code) => (
          <li key={code}>{warningText(code, say)}</li>
        ))}
      </ul>
    </Notice>
  )
}

/** A code that this page has no sentence for is better shown bare than not at all. */
function warningText(code: string, say: Say): string {
  if (code === "AUTHENTICATION_OFF") return say("warningAuthenticationOff")
  return code === "INSECURE_HTTP" ? say("warningInsecureHttp") : code
}

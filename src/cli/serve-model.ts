/** @file A model version put behind an endpoint, with what to type next: for `deploy`, `train --serve` and the demo. */
import type { DeployRequest, Endpoint } from "../../client/src/index.ts"
import { QuernstoneError } from "../../client/src/index.ts"
import type { Context, Server } from "./context.ts"
import { curlText, exampleRow, makePredictKey } from "./curl.ts"

/** What --json of `deploy` and of `train --serve` says. `key` may only predict here, for 24 h; null where none was made. */
export type Served = {
  readonly endpoint: Endpoint
  readonly url: string
  readonly key: string | null
  readonly curl: string
}

const keyPlaceholder = "YOUR_KEY"

export async function serveModel(
  context: Context,
  server: Server,
  options: { readonly name: string; readonly request: DeployRequest },
): Promise<Served> {
  const { terminal, signal } = context
  const { url, client } = server
  const progress = terminal.progress(terminal.say("deploying", { name: options.name }))
  const endpoint = await client
    .deploy({ name: options.name, body: options.request, signal })
    .finally(() => progress.end())
  const { authentication } = await client.getServer()
  const key = authentication === "off" ? null : await predictKey(server, endpoint)
  const row = exampleRow(endpoint.signature)
  const shownKey = authentication === "off" ? null : (key ?? keyPlaceholder)
  return { endpoint, url, key, curl: curlText({ url, endpoint: endpoint.name, key: shownKey, row }) }
}

export function showServed({ terminal }: Context, { endpoint, url, key, curl }: Served): void {
  const { say } = terminal
  const { name, model, version, missingInstances } = endpoint
  terminal.line(say("served", { name, model, version, url }))
  if (missingInstances.length > 0)
    terminal.line(say("servedMissing", { instances: missingInstances.join(", ") }))
  terminal.line()
  if (key !== null) terminal.line(say("tryCurl"))
  else terminal.line(curl.includes(keyPlaceholder) ? say("tryWithKey") : say("tryOpen"))
  terminal.line(curl, { whole: true })
}

/** Only an administrator can make keys; others put their own into the command. */
async function predictKey({ client }: Server, endpoint: Endpoint): Promise<string | null> {
  try {
    return await makePredictKey(client, endpoint)
  } catch (error) {
    if (error instanceof QuernstoneError && error.status === 403) return null
    throw error
  }
}

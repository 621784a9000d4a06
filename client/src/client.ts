/** @file The client: one typed method per operation of the native REST door, in Node and in browsers. */
import { type CallOptions, callOver } from "./call.ts"
import type { Language } from "./error.ts"
import { watchJob } from "./events.ts"
import { bindMethods, type Job, type Methods } from "./generated/types.ts"

export type ClientOptions = {
  /** Where the server is, `http://127.0.0.1:7070`; a path in front of the API may stand in it. */
  readonly url: string
  readonly key?: string | undefined
  /** Another fetch, for proxies or certificates of your own. */
  readonly fetch?: typeof fetch | undefined
  /** Language of the sentences in errors. */
  readonly language?: Language | undefined
  /** Further attempts after a 503 or a broken connection; 3 when absent. */
  readonly retries?: number | undefined
}

export type Client = Methods & {
  /** The job now and at each change until it ends; reconnects by itself. `GET /api/v1/jobs/{id}/events` */
  readonly watchJob: (input: { readonly id: string } & CallOptions) => AsyncIterable<Job>
}

/** Every method throws QuernstoneError: the server's code and sentence, or UNREACHABLE and UNEXPECTED_ANSWER. */
export function createClient(options: ClientOptions): Client {
  const { fetch = (...request) => globalThis.fetch(...request) } = options
  const connection = {
    url: options.url.replace(/\/+$/, ""),
    key: options.key ?? null,
    fetch,
    language: options.language ?? "en",
    retries: options.retries ?? 3,
  }
  return { ...bindMethods(callOver(connection)), watchJob: (input) => watchJob(connection, input) }
}

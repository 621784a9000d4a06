/** @file The one way to the server: the SDK's client, at the address that this page came from. */
import { type Client, createClient, type Language } from "../../client/src/index.ts"

export {
  type Client,
  type Endpoint,
  type Job,
  type ModelVersion,
  type Operations,
  type PredictResponse,
  type Problem,
  QuernstoneError,
  type Score,
  type ServerState,
} from "../../client/src/index.ts"

/** The folder of this page, so that a path which a proxy puts in front stays in front. */
export function serverAddress(): string {
  return new URL(".", document.baseURI).href.replace(/\/$/, "")
}

/** A page that polls tries again by itself, so that a lost connection shows at once. */
export function serverFor(reader: { readonly key: string | null; readonly language: Language }): Client {
  return createClient({
    url: serverAddress(),
    key: reader.key ?? undefined,
    language: reader.language,
    retries: 0,
  })
}

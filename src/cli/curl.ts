/** @file A curl command that works when it is pasted into a shell: quoted, with a key that may only predict. */
import type { Client, Endpoint } from "../../client/src/index.ts"

const dayS = 24 * 3600

export type Row = Readonly<Record<string, string | number | boolean | null>>

/** One line per option, so that it can be read; `key` null leaves the header out (authentication is off). */
export function curlText(options: {
  readonly url: string
  readonly endpoint: string
  readonly key: string | null
  readonly row: Row
}): string {
  const { url, endpoint, key, row } = options
  return [
    `curl -s ${quote(`${url}/api/v1/endpoints/${encodeURIComponent(endpoint)}/predict`)}`,
    ...(key === null ? [] : [`-H ${quote(`authorization: Bearer ${key}`)}`]),
    "-H 'content-type: application/json'",
    `-d ${quote(JSON.stringify({ rows: [row] }))}`,
  ].join(" \\\n  ")
}

/** A row of the example values that the signature carries. */
export function exampleRow({ columns }: Endpoint["signature"]): Row {
  return Object.fromEntries(columns.map(({ name, example }) => [name, example]))
}

/** A key for this endpoint's predictions alone, for 24 h. */
export async function makePredictKey(client: Client, { name }: Endpoint): Promise<string> {
  const body = {
    name: `curl ${name}`,
    scopes: ["predict" as const],
    endpoints: [name],
    expiresInSeconds: dayS,
  }
  return (await client.createKey({ body })).key
}

/** Single quotes keep everything but themselves. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

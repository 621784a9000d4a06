/** @file The call of the form as a line for a POSIX shell. */
import type { Row } from "./row.ts"

/** The key is named, never shown: what is copied ends up in chats and histories. */
export function curlText(call: {
  readonly server: string
  readonly endpoint: string
  readonly row: Row
  readonly needsKey: boolean
  readonly isExplained: boolean
}): string {
  const { server, endpoint, row, needsKey, isExplained } = call
  const path = `/api/v1/endpoints/${encodeURIComponent(endpoint)}/predict`
  const url = `${server}${path}${isExplained ? "?explain=true" : ""}`
  return [
    `curl -s ${quoted(url)}`,
    ...(needsKey ? ['-H "Authorization: Bearer $QUERNSTONE_KEY"'] : []),
    "-H 'Content-Type: application/json'",
    `-d ${quoted(JSON.stringify({ rows: [row] }))}`,
  ].join(" \\\n  ")
}

/** Within single quotes a shell reads everything as it is, but for the quote itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

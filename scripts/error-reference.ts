/** @file docs/errors.md: every code of the catalogue with its kind, status and sentence in both languages. */
import { type ErrorRow, errorCatalogue, errorKinds } from "../src/base/errors.ts"

/** The text of docs/errors.md. */
export function errorReference(): string {
  const rows = Object.entries<ErrorRow>(errorCatalogue).sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    "# Errors",
    "",
    "Generated from `src/base/errors/` by `npm run generate`; do not edit.",
    "",
    "Every error that Quernstone answers with has one of these codes. Codes never change; sentences may. Over the native REST door it looks",
    'like `{"error": {"code": "...", "message": "...", "requestId": "...", "problems": [...]}}` with the HTTP status below, in the language of `Accept-Language`;',
    "the other doors and the command line say the same in their own form. `{name}` stands for what was found.",
    "",
    `There are ${rows.length} codes.`,
    "",
    ...rows.flatMap(([code, { kind, en, zh }]) => [
      `## ${code}`,
      "",
      `${kind}: HTTP ${errorKinds[kind].http}, gRPC ${errorKinds[kind].grpc}`,
      "",
      `- ${escaped(en)}`,
      `- ${escaped(zh)}`,
      "",
    ]),
  ].join("\n")
}

/** Outside code spans, what Markdown would take for HTML. */
function escaped(sentence: string): string {
  return sentence
    .split("`")
    .map((part, index) => (index % 2 === 0 ? part.replace(/[<>]/g, (sign) => `\\${sign}`) : part))
    .join("`")
}

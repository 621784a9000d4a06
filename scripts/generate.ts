/** @file Writes every generated file, or with --check fails when one is stale. */
import { readFile, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"

import { openApiDocument } from "../src/doors/native/openapi.ts"
import { errorReference } from "./error-reference.ts"
import { clientTypes } from "./generate-client.ts"
import { thirdPartyText } from "./third-party.ts"

const root = new URL("../../", import.meta.url)
const generators: Readonly<Record<string, () => Promise<string>>> = {
  "openapi/quernstone.json": async () => {
    return `${JSON.stringify(openApiDocument(await packageVersion()), null, 2)}\n`
  },
  "client/src/generated/types.ts": async () => clientTypes(await packageVersion()),
  "docs/errors.md": async () => errorReference(),
  "THIRD-PARTY.md": thirdPartyText,
}

const isCheck = process.argv.includes("--check")
const stale: string[] = []
for (const [path, generate] of Object.entries(generators)) {
  const file = fileURLToPath(new URL(path, root))
  const fresh = await generate()
  if ((await readFile(file, "utf8").catch(() => "")) === fresh) continue
  stale.push(path)
  if (!isCheck) await writeFile(file, fresh)
}
console.log(
  stale.length === 0 ? "generated files are fresh" : `${isCheck ? "stale" : "written"}: ${stale.join(", ")}`,
)
process.exitCode = isCheck && stale.length > 0 ? 1 : 0

async function packageVersion(): Promise<string> {
  return JSON.parse(await readFile(new URL("package.json", root), "utf8")).version
}

/** @file `npm run check`: format, lint, import rules, dead code, stale generated files; prints figures that are not gated. */
import { spawnSync } from "node:child_process"
import { readdir, readFile } from "node:fs/promises"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"

import { layerViolations, readLayers } from "./layers.ts"

const root = fileURLToPath(new URL("../../", import.meta.url))
const failures: string[] = []

run("format and lint", "node_modules/.bin/biome", ["ci", "--error-on-warnings", "."])
run("dead code", "node_modules/.bin/knip", [])
run("generated files", process.execPath, ["dist/scripts/generate.js", "--check"])

const sources = await filesOf(join(root, "src"))
const violations = layerViolations(
  sources.map(({ path, text }) => ({ path: relative(join(root, "src"), path), text })),
  await readLayers(join(root, "src", "layers.json")),
)
for (const violation of violations) console.error(violation)
if (violations.length > 0) failures.push("import rules")
console.log(`import rules: ${sources.length} files, ${violations.length} violations`)

const assertions = sources.flatMap(({ path, text }) =>
  [...codeOf(text).matchAll(/\bas (?!const\b)[A-Za-z]\w*/g)].map(
    ([found]) => `${relative(root, path)}: ${found}`,
  ),
)
for (const assertion of assertions) console.error(`type assertion: ${assertion}`)
if (assertions.length > 0) failures.push("type assertions")

const lengths = sources.map(({ text }) => text.split("\n").length).sort((a, b) => a - b)
const lines = sum(lengths)
const comments = sum(
  sources.map(({ text }) => text.split("\n").filter((line) => /^\s*(\/\/|\/\*|\*)/.test(line)).length),
)
const testLines = sum((await filesOf(join(root, "test"))).map(({ text }) => text.split("\n").length))
console.log(
  `source: ${sources.length} files, ${lines} lines, median ${lengths[lengths.length >> 1]}, comments ${percent(comments / lines)}, test lines a source line ${(testLines / lines).toFixed(2)}`,
)
console.log(failures.length === 0 ? "check: all well" : `check: failed: ${failures.join(", ")}`)
process.exitCode = failures.length === 0 ? 0 : 1

function run(name: string, command: string, parameters: readonly string[]): void {
  const { status } = spawnSync(command, parameters, { cwd: root, stdio: "inherit" })
  console.log(`${name}: ${status === 0 ? "well" : "failed"}`)
  if (status !== 0) failures.push(name)
}

/** The text without comments, texts, templates, and the renaming `as` of imports and exports. */
function codeOf(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*$|`[^`]*`|"[^"\n]*"|'[^'\n]*'/gm, "")
    .replace(/^(import|export) [^;]*? from *$/gm, "")
    .replace(/^import \* as .*$/gm, "")
}

async function filesOf(folder: string): Promise<{ path: string; text: string }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter(
    (entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.parentPath.includes("generated"),
  )
  return Promise.all(
    paths.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name)
      return { path, text: await readFile(path, "utf8") }
    }),
  )
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0)
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)}%`
}

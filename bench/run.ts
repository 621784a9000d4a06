/** @file `npm run bench -- NAME`: runs one bench; `--smallest` runs the smallest case of it, or of all, without peers. */
import { readdirSync } from "node:fs"

import { type Bench, printReport } from "./report.ts"

const helpers = new Set(["run.js", "report.js", "load.js", "load-process.js", "table-folds.js"])
const folder = new URL(".", import.meta.url)
const benches = readdirSync(folder)
  .filter((name) => name.endsWith(".js") && !helpers.has(name))
  .map((name) => name.replace(".js", ""))

const parameters = process.argv.slice(2)
const isSmallest = parameters.includes("--smallest")
const chosen = parameters.filter((parameter) => !parameter.startsWith("--"))
const names = chosen.length > 0 ? chosen : isSmallest ? benches : []
const unknown = names.filter((name) => !benches.includes(name))
if (names.length === 0 || unknown.length > 0) {
  console.error(`npm run bench -- NAME [--smallest], with NAME one of: ${benches.join(", ")}`)
  process.exit(2)
}
for (const name of names) {
  const bench: Bench = await import(new URL(`${name}.js`, folder).href)
  printReport(name, await bench.run({ isSmallest }))
}

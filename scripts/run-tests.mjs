/** @file Runs the compiled tests with Node's own runner; arguments choose files by a part of their path. */
import { spawnSync } from "node:child_process"
import { existsSync, globSync } from "node:fs"

const chosen = process.argv.slice(2)
const files = globSync("dist/test/**/*.test.js", { exclude: (path) => path.endsWith("peers") }).filter(
  (file) => chosen.length === 0 || chosen.some((part) => file.includes(part)),
)
if (files.length === 0) {
  console.error(`no test file matches ${chosen.join(", ")}`)
  process.exit(1)
}
const setup = "dist/test/global-setup.js"
const options = [
  "--test",
  "--test-concurrency=2",
  ...(existsSync(setup) ? [`--test-global-setup=${setup}`] : []),
]
// Tests that use ONNX Runtime without our engine must not report to its maker either.
const env = { ...process.env, ORT_DISABLE_TELEMETRY: "1" }
const { status } = spawnSync(process.execPath, [...options, ...files], { stdio: "inherit", env })
process.exit(status ?? 1)

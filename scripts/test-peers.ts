/** @file `npm run test:peers`: makes the peers' Python from its lock file, then runs test/peers against real servers. */
import { spawnSync } from "node:child_process"
import { globSync } from "node:fs"

import { preparePython } from "../bench/peers/python.ts"

if (spawnSync("python3", ["--version"]).status !== 0) {
  console.error("test:peers needs python3 with venv and pip; install them and run it again")
  process.exit(1)
}
console.log("preparing the peers' Python (first time only: about a minute)")
const python = await preparePython({
  requirementsPath: "test/peers/requirements.lock",
  cacheFolder: process.env.XDG_CACHE_HOME ?? null,
})
const { status } = spawnSync(
  process.execPath,
  [
    "--test",
    "--test-concurrency=1",
    "--test-global-setup=dist/test/global-setup.js",
    ...globSync("dist/test/peers/*.test.js"),
  ],
  { stdio: "inherit", env: { ...process.env, TEST_PEERS_PYTHON: python, ORT_DISABLE_TELEMETRY: "1" } },
)
process.exitCode = status ?? 1

/** @file ONNX Runtime does not report to its maker: it leaves no device identifier and no queue of events in the user's home. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"

import { outcomeOf } from "../cli/run-cli.ts"

const ways = { "in place": "openSession", "in a thread": "openWorkerSession" } as const

for (const [way, opener] of Object.entries(ways))
  test(`a session ${way} leaves the user's home as empty as it was`, async (t) => {
    const home = await mkdtemp(join(tmpdir(), "quernstone-home-"))
    t.after(() => rm(home, { recursive: true, force: true }))
    const module = new URL(
      `../../src/engine/${way === "in place" ? "open-session" : "worker-session"}.js`,
      import.meta.url,
    )
    const script = `void (async () => {
      const { ${opener} } = await import("${module}")
      const { identityModel } = await import("${new URL("./models.js", import.meta.url)}")
      const session = await ${opener}(identityModel("float32"), { threads: 1 })
      await session.close()
      console.log("closed")
    })()`
    // No CI variable either, which would silence the library without us.
    const child = spawn(process.execPath, ["--eval", script], {
      env: { HOME: home },
      stdio: "pipe",
    })
    const { stdout, stderr } = await outcomeOf(child)
    assert.equal(stdout, "closed\n", stderr)
    assert.deepEqual(await readdir(home), [])
  })

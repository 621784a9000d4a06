/** @file The examples run as their first lines say, and leave behind what they say. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"

import { openSession } from "../../src/engine/open-session.ts"
import { outcomeOf, root } from "../cli/run-cli.ts"

test("the first network learns, says what came of it, and its file predicts", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "quernstone-example-"))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const program = join(root, "dist", "examples", "first-network.js")
  const child = spawn(process.execPath, [program], { cwd: folder, env: { LANG: "C.UTF-8" }, stdio: "pipe" })
  const { status, stdout, stderr } = await outcomeOf(child)
  assert.equal(status, 0, stderr)
  assert.equal(stderr, "", "no progress bar where there is no terminal")
  const said =
    /^loss (?<loss>0\.\d{3}), accuracy (?<accuracy>[01]\.\d{3}) on 168 rows that it has not seen\nthe first of them: (?<first>0\.\d{3}), true is [01]; the network is in model\.onnx\n$/
  const { accuracy, first } = said.exec(stdout)?.groups ?? assert.fail(stdout)
  assert.ok(Number(accuracy) > 0.6, stdout)

  assert.deepEqual(await readdir(folder), ["model.onnx"])
  const session = await openSession(await readFile(join(folder, "model.onnx")), { threads: 1 })
  t.after(() => session.close())
  // Row 600 of the example's data, the first that it has not seen.
  const row = Float32Array.from({ length: 8 }, (_, column) => Math.sin(12.9898 * (8 * 600 + column)))
  const { output } = await session.run({ input: { type: "float32", shape: [1, 8], data: row } })
  assert.equal(Number(output?.data[0]).toFixed(3), first)
})

test("every example is run by this file", async () => {
  const names = (await readdir(join(root, "examples"))).filter((name) => name.endsWith(".ts"))
  assert.deepEqual(names, ["first-network.ts"])
})

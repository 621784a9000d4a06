/** @file A server whose log nobody reads any more: it serves on, and stops in order. */
import assert from "node:assert/strict"
import { join } from "node:path"
import { test } from "node:test"

import { exitOf, lineOf, start } from "../cli/run-cli.ts"
import { temporaryDataFolder } from "../database.ts"

test("a server whose log and output have no reader any more answers and stops in order", async (t) => {
  const data = join(await temporaryDataFolder(t), "data")
  const server = start(["up", "--json", "--port", "0", "--data", data], {})
  t.after(() => server.kill("SIGKILL"))
  const { url } = JSON.parse(await lineOf(server, () => true))
  server.stderr?.destroy()
  server.stdout?.destroy()
  assert.equal((await fetch(`${url}/nowhere`)).status, 404)
  // Says that it stops, and writes the access line: both in vain.
  server.kill("SIGTERM")
  assert.equal(await exitOf(server), 0)
})

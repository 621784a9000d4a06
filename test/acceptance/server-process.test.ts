/** @file What the server's own process holds: never DuckDB, which belongs to the children of jobs. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { readFile } from "node:fs/promises"
import { createInterface } from "node:readline"
import { test } from "node:test"
import { fileURLToPath } from "node:url"

import { temporaryDataFolder, testDatabase } from "../database.ts"

const launcher = fileURLToPath(new URL("../../../bin/quernstone.js", import.meta.url))

test("a server has ONNX Runtime loaded, and not DuckDB", async (t) => {
  const { appUrl } = await testDatabase(t)
  const dataFolder = await temporaryDataFolder(t)
  const server = spawn(process.execPath, [launcher, "up", "--json", "--port", "0", "--data", dataFolder], {
    env: { PATH: process.env.PATH, DATABASE_URL: appUrl },
    stdio: ["ignore", "pipe", "ignore"],
  })
  const ended = new Promise((resolve) => server.once("exit", resolve))
  try {
    const line = await new Promise<string>((resolve, reject) => {
      createInterface({ input: server.stdout }).once("line", resolve)
      server.once("exit", (code) => reject(new Error(`the server ended with ${code}`)))
    })
    assert.equal(JSON.parse(line).ready, true)
    const maps = await readFile(`/proc/${server.pid}/maps`, "utf8")
    assert.match(maps, /onnxruntime/)
    assert.doesNotMatch(maps, /duckdb/)
  } finally {
    server.kill("SIGTERM")
    await ended
  }
})

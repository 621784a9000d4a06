/** @file The oldest server that we support runs the same tests as the embedded one, where its programs are installed. */
import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { chown, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { setTimeout as delay } from "node:timers/promises"
import { fileURLToPath } from "node:url"

import { locateCluster } from "../../src/store/cluster-location.ts"
import { connectClient } from "../../src/store/connect.ts"
import { socketUrl } from "../../src/store/database-url.ts"
import { temporaryDataFolder } from "../database.ts"

const programs = "/usr/lib/postgresql/15/bin"
const isOutside = process.env.TEST_DATABASE_SUPERUSER_URL !== undefined
const suites = ["blob-references", "database", "migrate", "row-level-security"]

test("the store's tests pass on PostgreSQL 15", {
  skip: isOutside || !existsSync(join(programs, "postgres")),
}, async (t) => {
  const folder = await temporaryDataFolder(t)
  const { user } = await locateCluster({
    dataFolder: join(folder, "unused"),
    pgUid: null,
    runtimeFolder: null,
    systemFolder: join(folder, "system"),
  })
  const passwordFile = join(folder, "password")
  await writeFile(passwordFile, "secret")
  if (user !== null) for (const path of [folder, passwordFile]) await chown(path, user.uid, user.gid)
  const data = join(folder, "data")
  const made = spawnSync(
    join(programs, "initdb"),
    [
      "-D",
      data,
      "-U",
      "postgres",
      "--auth=scram-sha-256",
      `--pwfile=${passwordFile}`,
      "--encoding=UTF8",
      "--locale=C.UTF-8",
      "--no-sync",
    ],
    { ...(user ?? {}), cwd: folder, encoding: "utf8" },
  )
  assert.equal(made.status, 0, made.stderr)
  const server = spawn(
    join(programs, "postgres"),
    ["-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"],
    { ...(user ?? {}), cwd: folder, stdio: "ignore" },
  )
  const exit = once(server, "exit")
  t.after(async () => {
    server.kill("SIGINT")
    await exit
  })
  const url = socketUrl({
    socketFolder: folder,
    port: 5432,
    user: "postgres",
    password: "secret",
    database: "postgres",
  })
  for (;;) {
    const client = await connectClient(url, { name: "test" }).catch(() => null)
    await client?.end()
    if (client !== null) break
    assert.equal(server.exitCode, null)
    await delay(25)
  }
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env
  const run = spawnSync(
    process.execPath,
    [
      "--test",
      `--test-global-setup=${here("../global-setup.js")}`,
      ...suites.map((name) => here(`./${name}.test.js`)),
    ],
    { encoding: "utf8", env: { ...environment, TEST_DATABASE_SUPERUSER_URL: url } },
  )
  assert.equal(run.status, 0, run.stdout)
  assert.match(run.stdout, /^ℹ skipped 0$/m)
})

/** @file Writes src/store/generated/rows.ts from a freshly migrated embedded database, or with --check fails when it is stale. */
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { systemClock } from "../src/base/clock.ts"
import { createLog } from "../src/base/log.ts"
import { startCluster } from "../src/store/cluster.ts"
import { connectClient } from "../src/store/connect.ts"
import { migrate } from "../src/store/migrate.ts"
import { generateRowTypes } from "../src/store/row-types.ts"

const file = fileURLToPath(new URL("../../src/store/generated/rows.ts", import.meta.url))
const fresh = await freshRowTypes()
const isStale = (await readFile(file, "utf8").catch(() => "")) !== fresh
const isCheck = process.argv.includes("--check")
if (isStale && !isCheck) await writeFile(file, fresh)
console.log(isStale ? `${isCheck ? "stale" : "written"}: src/store/generated/rows.ts` : "row types are fresh")
process.exitCode = isStale && isCheck ? 1 : 0

async function freshRowTypes(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "quernstone-rows-"))
  // As root the parent must let PostgreSQL's user through.
  await chmod(parent, 0o711)
  const log = createLog({ level: "warn", destination: process.stderr })
  try {
    const cluster = await startCluster({
      dataFolder: join(parent, "data"),
      pgUid: null,
      log,
      clock: systemClock,
    })
    try {
      await migrate({ ownerUrl: cluster.ownerUrl, log })
      const client = await connectClient(cluster.ownerUrl, { name: "generate row types" })
      try {
        return await generateRowTypes(client)
      } finally {
        await client.end()
      }
    } finally {
      await cluster.stop()
    }
  } finally {
    await rm(parent, { recursive: true, force: true })
  }
}

/** @file A Parquet file made by a query, for tests of what reads Parquet. */
import { join } from "node:path"
import type { TestContext } from "node:test"

import { openSandbox, sqlText } from "../../src/table/duckdb.ts"
import { jobFolder } from "./job-folder.ts"

export async function storeQuery(
  t: TestContext,
  query: string,
  layout = "COMPRESSION zstd",
): Promise<{ readonly folder: string; readonly path: string }> {
  const folder = await jobFolder(t)
  const sandbox = await openSandbox({ folder, memoryBytes: 500_000_000, threads: 1 })
  const path = join(sandbox.folder, "table.parquet")
  await sandbox.run(`COPY (${query}) TO ${sqlText(path)} (FORMAT parquet, ${layout})`)
  sandbox.close()
  return { folder, path }
}

/** @file Parquet files for tests, made by DuckDB from SQL. */
import { createHash } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestContext } from "node:test"

import { DuckDBInstance } from "@duckdb/node-api"

import type { TrainingSource, TrainingWindow } from "../../../src/learn/network/source.ts"

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "quernstone-test-"))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes the rows of each SELECT. */
export async function writeParquet(
  files: readonly { readonly path: string; readonly select: string; readonly rowGroupRows?: number }[],
): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" })
  const connection = await instance.connect()
  try {
    for (const { path, select, rowGroupRows = 2048 } of files)
      await connection.run(
        `COPY (${select}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet, ROW_GROUP_SIZE ${rowGroupRows})`,
      )
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** What each window holds, in short: a difference between arrays of this size would take minutes to print. */
export async function windowDigests(source: TrainingSource, epoch: number, from: number): Promise<string[]> {
  const digests: string[] = []
  for await (const { inputs, targets, weights } of source.windows(epoch, from)) {
    const hash = createHash("sha256")
    for (const { shape, data } of [...inputs, ...targets]) hash.update(JSON.stringify(shape)).update(data)
    if (weights !== null) hash.update(weights)
    digests.push(hash.digest("hex"))
  }
  return digests
}

/** Copies: a source uses the memory of a window again for the next. */
export async function allWindows(
  source: TrainingSource,
  epoch: number,
  from: number,
): Promise<TrainingWindow[]> {
  const windows: TrainingWindow[] = []
  for await (const window of source.windows(epoch, from)) windows.push(structuredClone(window))
  return windows
}

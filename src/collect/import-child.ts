/** @file Runs in a child process: an uploaded file becomes a Parquet file with its profile and digest. */
import { z } from "zod"

import { defaultLimits, type Limits } from "../base/limits.ts"
import type { JobContext } from "../jobs/index.ts"
import { contentDigest } from "../table/content-digest.ts"
import { decompressUpload } from "../table/decompress.ts"
import { importCsv } from "../table/import-csv.ts"
import { profileTable } from "../table/profile.ts"
import { type ImportOutput, importOptionsSchema } from "./import-contract.ts"

const inputSchema = z.object({
  uploadPath: z.string(),
  options: importOptionsSchema,
  limits: z.record(z.string(), z.number()),
})

export async function run(input: unknown, context: JobContext): Promise<ImportOutput> {
  const { uploadPath, options, limits: given } = inputSchema.parse(input)
  const limits: Limits = { ...defaultLimits, ...given }
  const { folder } = context
  const report = (phase: string, done: number, total: number | null) =>
    context.progress({ phase, done, total, message: null })
  report("reading", 0, null)
  const plain = await decompressUpload({ sourcePath: uploadPath, folder, limits })
  const imported = await importCsv({
    sourcePath: plain.path,
    folder,
    options: {
      delimiter: options.delimiter ?? undefined,
      decimal: options.decimal ?? undefined,
      header: options.header ?? undefined,
      encoding: options.encoding ?? undefined,
    },
    limits,
    onProgress: (share) => report("converting", share, 1),
  })
  const { parquetPath: path } = imported
  report("profiling", 0, 2)
  const profile = await profileTable({ path, folder })
  report("profiling", 1, 2)
  const digest = await contentDigest({ path, folder })
  report("profiling", 2, 2)
  return {
    parquetPath: path,
    schema: [...imported.schema],
    rowCount: imported.rowCount,
    rejected: { count: imported.rejected.count, rows: [...imported.rejected.rows] },
    dialect: imported.dialect,
    warnings: [...imported.warnings],
    profile,
    contentDigest: digest,
  }
}

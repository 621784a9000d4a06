/** @file A job that reports progress and gives back what it got and what it saw. */
import { writeFile } from "node:fs/promises"
import { join } from "node:path"

import type { JobContext } from "../../../src/jobs/job-module.ts"

export async function run(input: unknown, context: JobContext): Promise<unknown> {
  context.progress({ phase: "first", done: 0, total: 2, message: null })
  await writeFile(join(context.folder, "made.txt"), "made")
  context.progress({ phase: "first", done: 2, total: 2, message: "half way" })
  return { input, environment: Object.keys(process.env).sort(), folder: context.folder }
}

/** @file A job that fails unexpectedly until it was tried as often as its input says; each try leaves a line in a file. */
import { appendFile, readFile } from "node:fs/promises"

import { z } from "zod"

const inputSchema = z.object({ file: z.string(), succeedAt: z.number() })

export async function run(input: unknown): Promise<unknown> {
  const { file, succeedAt } = inputSchema.parse(input)
  await appendFile(file, `${process.pid}\n`)
  const tries = (await readFile(file, "utf8")).trim().split("\n").length
  if (tries < succeedAt) throw new Error(`try ${tries} fails`)
  return tries
}

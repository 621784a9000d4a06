/** @file Figures recorded from Keras and PyTorch (bench/reference/network.py), as typed arrays. */
import { readFileSync } from "node:fs"

import { z } from "zod"

export const arraySchema = z.object({ shape: z.array(z.int()), data: z.array(z.number()) })
export type RecordedArray = z.infer<typeof arraySchema>

export const settingsSchema = z.record(
  z.string(),
  z.union([z.number(), z.string(), z.boolean(), z.array(z.number())]),
)

export function readFixture<Schema extends z.ZodType>(name: string, schema: Schema): z.infer<Schema> {
  const path = new URL(`../../../../test/fixtures/network/${name}`, import.meta.url)
  return schema.parse(JSON.parse(readFileSync(path, "utf8")))
}

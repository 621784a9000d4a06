/** @file Finding in a file what an explanation is derived from; a file of somebody else's may hold anything under our names. */
import type { z } from "zod"

/** The one name that is this or ends in a slash and this; null when there is none or are several. */
export function onlyNamed(names: readonly string[], wanted: string): string | null {
  const found = names.filter((name) => name === wanted || name.endsWith(`/${wanted}`))
  return found.length === 1 ? (found[0] ?? null) : null
}

export function parsed<Value>(schema: z.ZodType<Value>, text: string | undefined): Value | null {
  if (text === undefined) return null
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

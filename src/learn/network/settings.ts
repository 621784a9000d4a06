/** @file Settings are held against schemas where users give them: types help who writes TypeScript, but not who misspells a name in JavaScript. */
import { z } from "zod"

import { fault } from "../../base/errors.ts"

/** Throws NETWORK_SETTING for the first setting that is none or out of bounds; `name` is how the fault calls a value that is given alone. */
export function checkSettings(schema: z.ZodType, given: unknown, name = ""): void {
  const parsed = schema.safeParse(given)
  if (parsed.success) return
  const [issue] = parsed.error.issues
  if (issue === undefined) return
  const place = [...(name === "" ? [] : [name]), ...issue.path.map(String)].join(".")
  if (issue.code === "unrecognized_keys") {
    const [key = ""] = issue.keys
    const unknown = place === "" ? key : `${place}.${key}`
    throw fault("NETWORK_SETTING", {
      name: unknown,
      got: "given",
      expected: "left out: there is no such setting",
    })
  }
  throw fault("NETWORK_SETTING", { name: place, got: textOf(at(given, issue.path)), expected: issue.message })
}

function at(given: unknown, path: readonly PropertyKey[]): unknown {
  let value = given
  for (const key of path)
    value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined
  return value
}

function textOf(value: unknown): string {
  if (value === undefined) return "missing"
  if (typeof value === "number" || typeof value === "string") return String(value)
  return typeof value === "object" ? "an object" : typeof value
}

// Messages of the schemas end the sentence "... is ..., but must be".

export function oneOf<const Name extends string>(names: readonly [Name, ...Name[]]) {
  return z.enum(names, { error: `one of ${names.join(", ")}` })
}

export function wholeFrom(least: number) {
  const error = `a whole number from ${least}`
  return z.int({ error }).min(least, { error })
}

export function atLeast(least: number) {
  const error = `a number from ${least}`
  return z.number({ error }).min(least, { error })
}

export function above(bound: number) {
  const error = `a number above ${bound}`
  return z.number({ error }).gt(bound, { error })
}

/** From `least` to below `bound`. */
export function within(least: number, bound: number) {
  const error = `a number from ${least}, below ${bound}`
  return z.number({ error }).min(least, { error }).lt(bound, { error })
}

/** Between the bounds, neither of them. */
export function between(low: number, high: number) {
  const error = `a number between ${low} and ${high}`
  return z.number({ error }).gt(low, { error }).lt(high, { error })
}

export const flag = z.boolean({ error: "true or false" })

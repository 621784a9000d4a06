/** @file Settings: sources, refusals with the sentence that mends them, secrets never shown. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { limitVariable, nearestOf, readConfiguration } from "../../src/base/config.ts"
import { type ErrorCode, isFault } from "../../src/base/errors.ts"

const read = (environment: Record<string, string>, flags = {}) =>
  readConfiguration({ environment, flags, isRoot: false })

test("flags win over the environment, which wins over defaults", () => {
  const { configuration, lines } = read({ QUERNSTONE_PORT: "8000", QUERNSTONE_HOST: "::1" }, { port: "9000" })
  assert.equal(configuration.port, 9000)
  assert.equal(configuration.host, "::1")
  const source = (name: string) => lines.find((line) => line.name === name)?.source
  assert.equal(source("QUERNSTONE_PORT"), "flag")
  assert.equal(source("QUERNSTONE_HOST"), "environment")
  assert.equal(source("QUERNSTONE_AUTH"), "default")
})

test("the data folder follows who runs it", () => {
  assert.equal(
    readConfiguration({ environment: {}, flags: {}, isRoot: true }).configuration.dataFolder,
    "/var/lib/quernstone",
  )
  assert.equal(
    read({ XDG_DATA_HOME: "/home/mei/data" }).configuration.dataFolder,
    "/home/mei/data/quernstone",
  )
})

test("a configuration cannot be changed", () => {
  const { configuration } = read({})
  assert.throws(() => Object.assign(configuration, { port: 1 }), TypeError)
  assert.throws(() => Object.assign(configuration.limits, { predictRowsMax: 1 }), TypeError)
})

test("a misspelt setting is refused with the nearest right one", () => {
  const error = thrownBy(() => read({ QUERNSTONE_PROT: "1" }), "CONFIG_UNKNOWN")
  assert.match(error.message, /QUERNSTONE_PORT\?/)
})

test("a wrong value is refused with what it must be", () => {
  assert.match(
    thrownBy(() => read({ QUERNSTONE_PORT: "http" }), "CONFIG_INVALID").message,
    /QUERNSTONE_PORT is "http", but must be a whole number/,
  )
  assert.match(
    thrownBy(() => read({ [limitVariable("predictRowsMax")]: "many" }), "CONFIG_INVALID").message,
    /a number of rows/,
  )
})

test("settings that contradict each other are refused", () => {
  thrownBy(() => read({ QUERNSTONE_TLS_CERT: "cert.pem" }), "CONFIG_CONFLICT")
  thrownBy(
    () => read({ QUERNSTONE_TLS_CERT: "c", QUERNSTONE_TLS_KEY: "k", QUERNSTONE_INSECURE_HTTP: "true" }),
    "CONFIG_CONFLICT",
  )
})

test("secrets are shown neither in lines nor in errors", () => {
  const url = "postgresql://app:hunter2@db.example:5432/quernstone"
  assert.ok(!JSON.stringify(read({ DATABASE_URL: url }).lines).includes("hunter2"))
  assert.ok(
    !thrownBy(() => read({ DATABASE_URL: "mysql://app:hunter2@db" }), "CONFIG_INVALID").message.includes(
      "hunter2",
    ),
  )
})

test("every limit is a setting", () => {
  const { configuration, lines } = read({ QUERNSTONE_LIMIT_PREDICT_ROWS_MAX: "50" })
  assert.equal(configuration.limits.predictRowsMax, 50)
  const line = lines.find(({ name }) => name === "QUERNSTONE_LIMIT_PREDICT_ROWS_MAX")
  assert.deepEqual([line?.value, line?.source, line?.unit], ["50", "environment", "rows"])
})

test("the nearest word is the one with the fewest edits", () => {
  assert.equal(nearestOf("kitten", ["sitting", "mitten", "kit"]), "mitten")
})

function thrownBy(work: () => unknown, code: ErrorCode): Error {
  try {
    work()
  } catch (error) {
    if (isFault(error, code)) return error
    throw error
  }
  return assert.fail(`expected ${code}`)
}

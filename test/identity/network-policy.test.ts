/** @file Which names and pages a server bound to loopback answers: its own, by every spelling, and no stranger's. */
import assert from "node:assert"
import { test } from "node:test"

import { isFault } from "../../src/base/errors.ts"
import { hostAllowed, isLoopback, originAllowed, requireOwnSource } from "../../src/identity/index.ts"

const policy = { bound: "127.0.0.1", port: 7070, allowedHosts: ["models.example.org"] }

test("loopback is recognised in all its spellings, and nothing else is", () => {
  for (const address of [
    "127.0.0.1",
    "127.8.9.10",
    "::1",
    "[::1]",
    "::ffff:127.0.0.1",
    "localhost",
    "LOCALHOST.",
    "a.localhost",
    "::1%lo",
    "0:0:0:0:0:0:0:1",
  ])
    assert(isLoopback(address), address)
  for (const address of [
    "0.0.0.0",
    "::",
    "10.0.0.1",
    "128.0.0.1",
    "::2",
    "::ffff:10.0.0.1",
    "127.0.0.1.example.org",
    "localhost.example.org",
    "notlocalhost",
    "",
    "127.1",
  ])
    assert(!isLoopback(address), address)
})

test("a server on loopback answers to loopback names and allowed hosts, on any port", () => {
  for (const host of [
    "localhost",
    "localhost:7070",
    "127.0.0.1:7070",
    "[::1]:7070",
    "localhost:8080",
    "models.example.org",
    "MODELS.example.org.:80",
  ])
    assert(hostAllowed(host, policy), host)
  for (const host of [
    undefined,
    "",
    "evil.example",
    "evil.example:7070",
    "localhost.evil.example",
    "localhost@evil.example",
    "localhost:7070/x",
    "localhost evil",
    "::1",
    "10.0.0.1",
    "localhost:123456",
  ])
    assert(!hostAllowed(host, policy), String(host))
})

test("a server beyond loopback answers to any name", () => {
  const open = { ...policy, bound: "0.0.0.0" }
  assert(hostAllowed("anything.example", open))
  assert(originAllowed({ host: "a", origin: "https://b.example" }, open))
})

test("a page may call only the server that it came from, or be of an allowed host", () => {
  const allowed: readonly (readonly [string, string | undefined])[] = [
    ["localhost:7070", undefined],
    ["localhost:7070", "http://localhost:7070"],
    ["localhost", "http://localhost"],
    ["localhost", "https://localhost"],
    ["[::1]:7070", "http://[::1]:7070"],
    ["localhost:7070", "https://models.example.org"],
  ]
  for (const [host, origin] of allowed) assert(originAllowed({ host, origin }, policy), `${host} ${origin}`)
  const refused: readonly (readonly [string | undefined, string])[] = [
    ["localhost:7070", "null"],
    ["localhost:7070", "http://evil.example"],
    ["localhost:7070", "http://localhost:3000"],
    ["localhost:7070", "http://127.0.0.1:7070"],
    ["evil.example", "http://evil.example"],
    ["localhost:7070", "http://localhost:7070.evil.example"],
    ["localhost:7070", "file://localhost:7070"],
    [undefined, "http://localhost:7070"],
  ]
  for (const [host, origin] of refused) assert(!originAllowed({ host, origin }, policy), `${host} ${origin}`)
})

test("a foreign host and a foreign origin are refused by name", () => {
  assert.throws(
    () => requireOwnSource({ host: "evil.example\r\nx", origin: undefined }, policy),
    (error) => isFault(error, "HOST_FOREIGN") && error.parameters.host === '"evil.example\\r\\nx"',
  )
  assert.throws(
    () => requireOwnSource({ host: undefined, origin: undefined }, policy),
    (error) => isFault(error, "HOST_FOREIGN"),
  )
  assert.throws(
    () => requireOwnSource({ host: "localhost", origin: "https://evil.example" }, policy),
    (error) => isFault(error, "ORIGIN_FOREIGN"),
  )
  requireOwnSource({ host: "localhost:7070", origin: "http://localhost:7070" }, policy)
})

/** @file The client covers the native door: every operation of the table has its method and its route. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { routes } from "../../client/src/generated/types.ts"
import { createClient } from "../../client/src/index.ts"
import { operations } from "../../src/doors/native/operations.ts"

test("every operation of the door is a method of the client with the same method and path", () => {
  const client = createClient({ url: "http://127.0.0.1" })
  assert.deepEqual(Object.keys(client).sort(), Object.keys(operations).sort())
  for (const [id, { method, path }] of Object.entries(operations)) {
    const route = Object.entries(routes).find(([routeId]) => routeId === id)?.[1]
    assert.deepEqual({ method: route?.method, path: route?.path }, { method, path }, id)
  }
})

import assert from "node:assert/strict"
import { test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { floats } from "./families.ts"

test("Identity is its input, and no node", () => {
  const x = floats(["batch", 3])
  assert.equal(op("Identity", [x]), x)
})

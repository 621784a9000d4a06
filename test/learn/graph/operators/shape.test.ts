import assert from "node:assert/strict"
import { test } from "node:test"

import { op } from "../../../../src/learn/graph/op.ts"
import { int } from "../../../../src/onnx/attributes.ts"
import { runGraph } from "../run-graph.ts"
import { numbersOf, tensorOf } from "./families.ts"

test("Shape is the sizes of a run, in whole or from a start to an end", async () => {
  const given = { ...tensorOf([2, 1, 3], [1, 2, 3, 4, 5, 6]), known: ["batch", 1, 3] }
  for (const [attributes, expected] of [
    [{}, [2, 1, 3]],
    [{ start: int(1) }, [1, 3]],
    [{ start: int(-2), end: int(-1) }, [1]],
    [{ end: int(7) }, [2, 1, 3]],
    [{ start: int(2), end: int(1) }, []],
  ] as const) {
    const [result] = await runGraph([given], (tensors) => op("Shape", tensors, attributes))
    assert.deepEqual(numbersOf(result), expected)
  }
})

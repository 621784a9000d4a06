/** @file Output tensors read as answers: what is no number is an error of its row only, and signs follow the positive class. */
import assert from "node:assert/strict"
import { test } from "node:test"

import type { Tensors } from "../../src/engine/session.ts"
import type { Signature } from "../../src/prepare/signature.ts"
import { readExplanations, readPredictions } from "../../src/serve/answers.ts"

const regression: Signature = {
  version: 1,
  task: "regression",
  target: "y",
  columns: [],
  ignored: [],
  classes: null,
  positiveClass: null,
  threshold: null,
}

test("a score that is not finite is that row's error, and the other rows are answered", () => {
  const prediction = {
    type: "float32",
    shape: [3],
    data: Float32Array.of(1, Number.NaN, Number.POSITIVE_INFINITY),
  }
  const outputs: Tensors = { prediction: { ...prediction, type: "float32" } }
  const [first, ...others] = readPredictions(outputs, regression, 3)
  assert.deepEqual(first, { prediction: 1 })
  for (const [at, other] of others.entries()) {
    assert.ok("error" in other)
    assert.deepEqual([other.error.code, other.error.row], ["SCORE_NOT_FINITE", at + 1])
  }
})

test("a class whose probability is no number is never a label", () => {
  const signature: Signature = { ...regression, task: "multiclass", classes: ["a", "b", "c"] }
  const outputs: Tensors = {
    label: { type: "string", shape: [2], data: ["a", "b"] },
    probabilities: {
      type: "float32",
      shape: [2, 3],
      data: Float32Array.of(0.5, 0.25, 0.25, Number.NaN, 0.5, 0.5),
    },
  }
  const [first, second] = readPredictions(outputs, signature, 2)
  assert.deepEqual(first, { label: "a", probabilities: { a: 0.5, b: 0.25, c: 0.25 } })
  assert.ok(second !== undefined && "error" in second && second.error.code === "SCORE_NOT_FINITE")
})

test("whole-number classes are numbers again", () => {
  const signature: Signature = { ...regression, task: "multiclass", classes: [3, 7] }
  const outputs: Tensors = {
    label: { type: "int64", shape: [1], data: BigInt64Array.of(7n) },
    probabilities: { type: "float32", shape: [1, 2], data: Float32Array.of(0.25, 0.75) },
  }
  assert.deepEqual(readPredictions(outputs, signature, 1), [
    { label: 7, probabilities: { 3: 0.25, 7: 0.75 } },
  ])
})

test("the one margin of two classes is turned round for the first of them", () => {
  const outputs: Tensors = {
    baseline: { type: "float32", shape: [1], data: Float32Array.of(0.5) },
    score: { type: "float32", shape: [1, 1], data: Float32Array.of(2) },
    contributions: { type: "float32", shape: [1, 1, 1], data: Float32Array.of(1.5) },
  }
  const column = { name: "x", required: true, nullable: false, example: 1, integer: false, position: 0 }
  const columns: Signature["columns"] = [{ ...column, kind: "number", input: "numeric", range: [0, 1] }]
  const explain = (positiveClass: string) =>
    readExplanations({
      targetCentre: 0,
      outputs,
      signature: {
        ...regression,
        task: "binary",
        columns,
        classes: ["no", "yes"],
        positiveClass,
        threshold: 0.5,
      },
      rows: [{ x: 1 }],
      predictions: [{ label: "yes", probabilities: { no: 0.1, yes: 0.9 } }],
    })[0]
  const contributions = (contribution: number) => [{ column: "x", value: 1, contribution }]
  const common = { unit: "log-odds" } as const
  assert.deepEqual(explain("yes"), {
    ...common,
    output: "yes",
    baseline: 0.5,
    score: 2,
    contributions: contributions(1.5),
  })
  assert.deepEqual(explain("no"), {
    ...common,
    output: "no",
    baseline: -0.5,
    score: -2,
    contributions: contributions(-1.5),
  })
})

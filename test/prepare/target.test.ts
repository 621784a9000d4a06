/** @file What a target column is taken for, and the sentences when nothing can be learned from it. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { classesMax, encodeTarget, inferTarget } from "../../src/prepare/target.ts"
import type { TableColumn } from "../../src/table/table.ts"
import { table } from "./tables.ts"

function infer(
  column: TableColumn,
  options: { task?: "binary" | "multiclass" | "regression"; positiveClass?: string | number } = {},
) {
  return inferTarget(table([column]), { target: column.name, ...options })
}

function times<Value>(count: number, values: readonly Value[]): Value[] {
  return Array.from({ length: count }, () => values).flat()
}

function textColumn(values: readonly (string | null)[]): TableColumn {
  return { name: "y", type: "text", values }
}

function numberColumn(values: readonly number[], type: "integer" | "number" = "number"): TableColumn {
  return { name: "y", type, values: Float64Array.from(values) }
}

test("two distinct values are a binary task, texts and booleans a classification, whole numbers that come again too", () => {
  assert.deepEqual(infer(textColumn(times(5, ["cat", "dog"]))), {
    name: "y",
    task: "binary",
    classes: ["cat", "dog"],
    positiveClass: "dog",
  })
  assert.equal(infer(textColumn(times(5, ["a", "b", "c"]))).task, "multiclass")
  assert.deepEqual(infer({ name: "y", type: "boolean", values: Uint8Array.from(times(5, [0, 0, 1, 2])) }), {
    name: "y",
    task: "binary",
    classes: ["false", "true"],
    positiveClass: "true",
  })
  assert.deepEqual(infer(numberColumn(times(5, [3, 1, 2]))).classes, [1, 2, 3])
  assert.deepEqual(infer(numberColumn(times(5, [0.5, 1.5]))).classes, ["0.5", "1.5"])
})

test("numbers are a regression when they are not whole, many, or rarely come again", () => {
  assert.equal(infer(numberColumn(times(5, [1, 2, 2.5]))).task, "regression")
  assert.equal(
    infer(
      numberColumn(
        times(
          5,
          Array.from({ length: 21 }, (_, at) => at),
        ),
      ),
    ).task,
    "regression",
  )
  assert.equal(infer(numberColumn([...times(5, [1, 2, 3]), 4])).task, "regression")
  assert.equal(infer(numberColumn(times(5, [1, 2, 3])), { task: "regression" }).task, "regression")
})

test("the positive class is named like one, else the rarer, else the one asked for", () => {
  assert.equal(infer(textColumn(times(5, ["Yes", "no", "Yes"]))).positiveClass, "Yes")
  assert.equal(infer(numberColumn(times(5, [0, 1, 1]))).positiveClass, 1)
  assert.equal(infer(textColumn(times(5, ["late", "punctual", "punctual"]))).positiveClass, "late")
  assert.equal(infer(numberColumn(times(5, [0, 1])), { positiveClass: "0" }).positiveClass, 0)
  assert.throws(() => infer(textColumn(times(5, ["a", "b"])), { positiveClass: "c" }), {
    code: "POSITIVE_CLASS_UNKNOWN",
    parameters: { target: "y", positive: "c", classes: "a, b" },
  })
})

test("what cannot be learned is said in a sentence of its own", () => {
  const cases: [TableColumn, string, Parameters<typeof infer>[1]?][] = [
    [textColumn([null, "", null]), "TARGET_EMPTY"],
    [numberColumn([Number.NaN]), "TARGET_EMPTY"],
    [numberColumn([3, 3, Number.NaN]), "TARGET_CONSTANT"],
    [
      textColumn(
        times(
          5,
          Array.from({ length: classesMax + 1 }, (_, at) => `c${at}`),
        ),
      ),
      "TARGET_CLASSES_TOO_MANY",
    ],
    [textColumn([...times(5, ["a", "b"]), "c"]), "TARGET_CLASS_TOO_SMALL"],
    [textColumn(times(5, ["a", "b"])), "TARGET_NOT_NUMBER", { task: "regression" }],
    [{ name: "y", type: "date", values: Float64Array.of(0, 86_400) }, "TARGET_NOT_CLASSES"],
    [textColumn(times(5, ["a", "b", "c"])), "TARGET_NOT_BINARY", { task: "binary" }],
    [numberColumn([1, Number.POSITIVE_INFINITY]), "NUMBER_INFINITE"],
    [textColumn(times(5, ["a\u0000", "b"])), "TEXT_HAS_NUL"],
  ]
  for (const [column, code, options] of cases) assert.throws(() => infer(column, options), { code })
  assert.throws(() => inferTarget(table([textColumn(["a"])]), { target: "Y" }), {
    code: "TARGET_NOT_FOUND",
    parameters: { target: "Y", columns: "y" },
  })
})

test("values become codes of classes or numbers; rows without one are left out", () => {
  const texts = table([textColumn([...times(5, ["b", "a"]), null, "e\u0301", ...times(4, ["é"])])])
  const target = inferTarget(texts, { target: "y" })
  assert.deepEqual(target.classes, ["a", "b", "é"])
  const encoded = encodeTarget(texts, target)
  assert.deepEqual(encoded.target, {
    kind: "classes",
    classCount: 3,
    values: Int32Array.from([...times(5, [1, 0]), 2, 2, 2, 2, 2]),
  })
  assert.equal(encoded.missingCount, 1)
  assert.deepEqual([...encoded.rows], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15])
  const numbers = table([numberColumn([1.5, Number.NaN, 2])])
  const encodedNumbers = encodeTarget(numbers, inferTarget(numbers, { target: "y", task: "regression" }))
  assert.deepEqual(encodedNumbers.target, { kind: "number", values: Float64Array.of(1.5, 2) })
  assert.deepEqual(encodedNumbers.rows, Uint32Array.of(0, 2))
})

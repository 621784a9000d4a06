/** @file Output tensors of a model file, read as answers to rows. */
import assert from "node:assert"

import { fault, type Problem } from "../base/errors.ts"
import type { Tensors } from "../engine/session.ts"
import type { Cell, Signature } from "../prepare/signature.ts"

export type RowPrediction =
  | { readonly prediction: number }
  | { readonly label: string | number; readonly probabilities: Readonly<Record<string, number>> }
  | { readonly error: Problem }

export type ExplanationUnit = "log-odds" | "class score" | "target"

export type Explanation = {
  /** The class that is explained; null for a regression. */
  readonly output: string | null
  /** Log-odds of the positive class; score of a class before the softmax; the target's own unit. */
  readonly unit: ExplanationUnit
  readonly baseline: number
  /** Baseline plus all contributions. */
  readonly score: number
  readonly contributions: readonly {
    readonly column: string
    readonly value: Cell
    readonly contribution: number
  }[]
}

/** A score that is not a number is that row's error, never a label. */
export function readPredictions(
  outputs: Tensors,
  signature: Signature,
  rowCount: number,
): readonly RowPrediction[] {
  return signature.task === "regression"
    ? readNumbers(outputs, rowCount)
    : readClasses(outputs, signature, rowCount)
}

function readNumbers(outputs: Tensors, rowCount: number): RowPrediction[] {
  const predictions = floats(outputs, "prediction")
  const answers: RowPrediction[] = []
  for (let row = 0; row < rowCount; row += 1) {
    const prediction = predictions[row] ?? Number.NaN
    answers.push(Number.isFinite(prediction) ? { prediction } : { error: notFinite(row) })
  }
  return answers
}

function readClasses(outputs: Tensors, signature: Signature, rowCount: number): RowPrediction[] {
  const probabilities = floats(outputs, "probabilities")
  const labels = outputs.label
  assert(labels !== undefined && signature.classes !== null)
  const names = signature.classes.map(String)
  const answers: RowPrediction[] = []
  for (let row = 0; row < rowCount; row += 1) {
    const byClass: Record<string, number> = {}
    let isNumber = true
    for (const [index, name] of names.entries()) {
      const probability = probabilities[row * names.length + index] ?? Number.NaN
      isNumber &&= Number.isFinite(probability)
      byClass[name] = probability
    }
    const label = labels.data[row]
    answers.push(
      isNumber && label !== undefined
        ? { label: typeof label === "bigint" ? Number(label) : label, probabilities: byClass }
        : { error: notFinite(row) },
    )
  }
  return answers
}

/** Binary tasks explain the positive class, multiclass ones the predicted class of each row. */
export function readExplanations(input: {
  readonly outputs: Tensors
  readonly signature: Signature
  /** Of a regression whose file adds it to the prediction; else 0. */
  readonly targetCentre: number
  readonly rows: readonly unknown[]
  readonly predictions: readonly RowPrediction[]
}): readonly Explanation[] {
  const { outputs, signature, targetCentre, rows, predictions } = input
  const contributions = floats(outputs, "contributions")
  const baselines = floats(outputs, "baseline")
  const scores = floats(outputs, "score")
  const columnCount = signature.columns.length
  const outputCount = baselines.length
  return predictions.map((prediction, row) => {
    const { name, index, sign } = explainedOutput(signature, prediction)
    const read = (values: Float32Array | Float64Array, at: number) => sign * (values[at] ?? Number.NaN)
    return {
      output: name,
      unit: unitOf[signature.task],
      baseline: targetCentre + read(baselines, index),
      score: targetCentre + read(scores, row * outputCount + index),
      contributions: signature.columns.map((column, place) => ({
        column: column.name,
        value: cellOf(rows[row], column.name),
        contribution: read(contributions, (row * columnCount + place) * outputCount + index),
      })),
    }
  })
}

const unitOf = { binary: "log-odds", multiclass: "class score", regression: "target" } as const

/** A binary file holds one margin, that of the second class: of the first it is the negative. */
function explainedOutput(
  { task, classes, positiveClass }: Signature,
  prediction: RowPrediction,
): { readonly index: number; readonly name: string | null; readonly sign: 1 | -1 } {
  if (task === "regression" || classes === null) return { index: 0, name: null, sign: 1 }
  const names = classes.map(String)
  if (task === "binary") {
    const name = String(positiveClass ?? names[1])
    return { index: 0, name, sign: name === names[1] ? 1 : -1 }
  }
  const name = "label" in prediction ? String(prediction.label) : (names[0] ?? "")
  return { index: Math.max(0, names.indexOf(name)), name, sign: 1 }
}

function cellOf(row: unknown, column: string): Cell {
  if (typeof row !== "object" || row === null) return null
  const value: unknown = Object.getOwnPropertyDescriptor(row, column)?.value
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null
}

function floats(outputs: Tensors, name: string): Float32Array | Float64Array {
  const tensor = outputs[name]
  assert(tensor !== undefined, `the file has no output ${name}`)
  assert(tensor.type === "float32" || tensor.type === "float64", `${name} is ${tensor.type}`)
  return tensor.data
}

function notFinite(row: number): Problem {
  const { code, message } = fault("SCORE_NOT_FINITE", { row })
  return { code, message, row }
}

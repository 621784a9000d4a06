/** @file Rows through a session in parts, which bounds the memory that a run takes. */
import assert from "node:assert"

import type { Session } from "../../engine/session.ts"
import type { Prediction } from "./model-options.ts"
import { rowsOf, rowsPerRun, type TrainingArray } from "./source.ts"
import { floatsOf } from "./tensors.ts"

/** Every output of the session for all rows; inputs are those of the session, in its order. */
export async function predictRows(
  session: Session,
  inputs: readonly TrainingArray[],
): Promise<readonly Prediction[]> {
  const rowCount = inputs[0]?.shape[0] ?? 0
  const parts = session.outputs.map((): Float32Array[] => [])
  const shapes = session.outputs.map(({ shape }) => shape.slice(1))
  for (let from = 0; from < rowCount; from += rowsPerRun) {
    const to = Math.min(from + rowsPerRun, rowCount)
    const feeds = session.inputs.map(({ name }, at) => {
      const array = inputs[at]
      assert(array !== undefined)
      return [name, rowsOf(array, from, to)] as const
    })
    const outputs = await session.run(Object.fromEntries(feeds))
    for (const [at, { name }] of session.outputs.entries()) {
      parts[at]?.push(floatsOf(outputs[name]))
    }
  }
  return parts.map((arrays, at) => ({ data: joined(arrays), shape: [rowCount, ...(shapes[at] ?? [])] }))
}

function joined(arrays: readonly Float32Array[]): Float32Array {
  const [first] = arrays
  if (arrays.length === 1 && first !== undefined) return first
  const all = new Float32Array(arrays.reduce((count, { length }) => count + length, 0))
  let from = 0
  for (const array of arrays) {
    all.set(array, from)
    from += array.length
  }
  return all
}

/** @file What a window may hold before it is trained on or measured: finite numbers, and classes and shares that the loss can read. */
import { fault } from "../../base/errors.ts"
import type { CompiledNetwork } from "./compiled-network.ts"
import { checkFinite } from "./data.ts"
import type { TrainingArray, TrainingWindow } from "./source.ts"

/** Throws NETWORK_DATA_NOT_FINITE, and NETWORK_DATA for a class or a share that is none; `what` goes before the names in faults. */
export function checkWindow(
  { objective, layout }: Pick<CompiledNetwork, "objective" | "layout">,
  { inputs, targets, weights, rowCount }: TrainingWindow,
  what = "",
): void {
  for (const [index, array] of inputs.entries()) checkFinite(array, `${what}input ${index}`)
  for (const [index, array] of targets.entries()) {
    const name = `${what}target ${index}`
    checkFinite(array, name)
    const loss = objective.losses[index]?.loss.name
    const classCount = layout.plan.outputShapes[index]?.at(-1)
    if (loss === "sparseCategoricalCrossentropy" && typeof classCount === "number")
      checkClasses(array, name, classCount)
    if (loss === "binaryCrossentropy") checkShares(array, name)
  }
  if (weights !== null)
    checkFinite({ type: "float32", shape: [rowCount], data: weights }, `${what}weights of rows`)
}

/** The engine would take a negative class as one from the end, and fail on others without naming a row. */
function checkClasses({ data }: TrainingArray, name: string, classCount: number): void {
  for (const [row, value] of data.entries()) {
    if (value < 0 || value >= classCount)
      throw fault("NETWORK_DATA", {
        reason: `${name} holds class ${value} in row ${row}, but the output has the classes 0 to ${classCount - 1}`,
      })
  }
}

/** Of anything else the loss has no least value: training would run away from it without a word. */
function checkShares({ data, shape }: TrainingArray, name: string): void {
  const wrong = data.findIndex((value) => value < 0 || value > 1)
  if (wrong < 0) return
  const row = Math.floor(wrong / (data.length / (shape[0] ?? 1)))
  throw fault("NETWORK_DATA", {
    reason: `${name} holds ${data[wrong]} in row ${row}, but binaryCrossentropy takes 0, 1 or what is between`,
  })
}

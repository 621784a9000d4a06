/** @file What a window may hold before it is trained on or measured: finite numbers, and classes that the output has. */
import { fault } from "../../base/errors.ts"
import type { CompiledNetwork } from "./compiled-network.ts"
import { checkFinite } from "./data.ts"
import type { TrainingArray, TrainingWindow } from "./source.ts"

/** Throws NETWORK_DATA_NOT_FINITE, and NETWORK_DATA for a class that is none; `what` goes before the names in faults. */
export function checkWindow(
  { objective, layout }: Pick<CompiledNetwork, "objective" | "layout">,
  { inputs, targets, weights, rowCount }: TrainingWindow,
  what = "",
): void {
  for (const [index, array] of inputs.entries()) checkFinite(array, `${what}input ${index}`)
  for (const [index, array] of targets.entries()) {
    const name = `${what}target ${index}`
    checkFinite(array, name)
    const classCount = layout.plan.outputShapes[index]?.at(-1)
    if (
      objective.losses[index]?.loss.name === "sparseCategoricalCrossentropy" &&
      typeof classCount === "number"
    )
      checkClasses(array, name, classCount)
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

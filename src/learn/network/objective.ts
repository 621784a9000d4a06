/** @file What training minimises: losses of outputs, weights of rows, penalties on parameters. */
import assert from "node:assert"

import { float32 } from "../../onnx/tensors.ts"
import { op } from "../graph/op.ts"
import { constant, type SymbolicTensor } from "../graph/tensor.ts"
import { missing } from "./layout.ts"
import type { Loss } from "./losses.ts"
import { penaltyOf, type Regularizer } from "./regularizers.ts"
import type { NetworkPlan } from "./trace.ts"

/** What training minimises: per output a loss, its weight, and the type and row shape of its targets. */
export type Objective = {
  readonly losses: readonly {
    readonly loss: Loss
    readonly weight: number
    readonly target: { readonly type: "float32" | "int64"; readonly shape: readonly number[] }
  }[]
  /** On every kernel that has no regularizer of its own. */
  readonly regularizer: Regularizer | null
  readonly hasWeights: boolean
}

/** The losses of all outputs of each row, by their weights and the row's. */
export function weightedSum(
  objective: Objective,
  losses: readonly SymbolicTensor[],
  rowWeights: SymbolicTensor | null,
): SymbolicTensor {
  const sum = losses
    .map((loss, index) => {
      const { weight } = lossAt(objective, index)
      return weight === 1 ? loss : op("Mul", [loss, scalarOf(weight)])
    })
    .reduce((total, loss) => op("Add", [total, loss]))
  return rowWeights === null ? sum : op("Mul", [sum, rowWeights])
}

export function lossAt(objective: Objective, index: number): Objective["losses"][number] {
  const loss = objective.losses[index]
  assert(loss !== undefined, "each output has a loss")
  return loss
}

/** A parameter's own, or the one that is common to all kernels. */
export function regularizerOf(
  { regularizer, shape }: Pick<NetworkPlan["parameters"][number], "regularizer" | "shape">,
  common: Regularizer | null,
): Regularizer | null {
  return regularizer ?? (shape.length > 1 ? common : null)
}

/** What regularizers add to the loss, a scalar; null where there are none. */
export function totalPenalty(
  plan: NetworkPlan,
  common: Regularizer | null,
  parameters: readonly SymbolicTensor[],
): SymbolicTensor | null {
  const parts = plan.parameters.map(({ regularizer, shape }, index) => {
    const own = regularizerOf({ regularizer, shape }, common)
    return own === null ? null : penaltyOf(own, parameters[index] ?? missing())
  })
  const [first = null, ...others] = parts.filter((part) => part !== null)
  return first === null ? null : others.reduce((sum, part) => op("Add", [sum, part]), first)
}

export function scalarOf(value: number): SymbolicTensor {
  return constant(float32([value], []))
}

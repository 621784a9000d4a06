/** @file Penalties on weights, by Keras's definitions: l1 sum |w| + l2 sum w^2. They shrink weights; unlike `fitLinear`'s, they set none to exactly 0. */
import { z } from "zod"

import { int } from "../../onnx/attributes.ts"
import { op } from "../graph/op.ts"
import { scalar } from "../graph/operator.ts"
import type { SymbolicTensor } from "../graph/tensor.ts"
import { atLeast, checkSettings } from "./settings.ts"

/** Factors of sum |w| and of sum w^2 (0). */
export type Regularizer = { readonly l1?: number; readonly l2?: number }

export const regularizerSchema = z.strictObject({ l1: atLeast(0).optional(), l2: atLeast(0).optional() })

/** l1 sum |w| (Tibshirani 1996). */
export function L1(l1 = 0.01): Regularizer {
  return L1L2({ l1 })
}

/** l2 sum w^2, without a half (Hoerl & Kennard 1970). */
export function L2(l2 = 0.01): Regularizer {
  return L1L2({ l2 })
}

/** Both. Throws NETWORK_SETTING for factors below 0. */
export function L1L2(factors: Regularizer): Regularizer {
  checkSettings(regularizerSchema, factors)
  return factors
}

/** The penalty of one parameter, a scalar; null where it is 0. */
export function penaltyOf({ l1 = 0, l2 = 0 }: Regularizer, weights: SymbolicTensor): SymbolicTensor | null {
  const sum = (value: SymbolicTensor, factor: number) =>
    factor === 0
      ? null
      : op("Mul", [op("ReduceSum", [value], { keepdims: int(0) }), scalar(weights.type, factor)])
  const parts = [
    l1 === 0 ? null : sum(op("Abs", [weights]), l1),
    l2 === 0 ? null : sum(op("Mul", [weights, weights]), l2),
  ].filter((part) => part !== null)
  const [first = null, second] = parts
  return first !== null && second !== undefined ? op("Add", [first, second]) : first
}

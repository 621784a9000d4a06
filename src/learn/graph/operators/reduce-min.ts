/** @file The least over axes, or over all; equal ones share the gradient evenly, as TensorFlow has it. */
import { extremeReduction } from "../reduction.ts"

export const reduceMin = extremeReduction("ReduceMin")

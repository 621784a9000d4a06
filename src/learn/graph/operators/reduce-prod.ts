/** @file The product over axes, or over all; its derivative is not written: y / x fails at 0. */
import type { Operator } from "../operator.ts"
import { inferReduction } from "../reduction.ts"

export const reduceProd: Operator = {
  name: "ReduceProd",
  domain: "",
  infer: (call) => inferReduction("ReduceProd", call),
  derivative: null,
}

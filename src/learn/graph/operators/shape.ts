/** @file The sizes of a tensor, as int64. */
import type { Operator } from "../operator.ts"
import { shapePart } from "../sizes.ts"

export const shape: Operator = {
  name: "Shape",
  domain: "",
  infer: (call) => [{ type: "int64", shape: [shapePart(call).length] }],
  derivative: "none",
}

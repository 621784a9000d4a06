/** @file How many elements a tensor has, an int64 scalar. */
import type { Operator } from "../operator.ts"

export const size: Operator = {
  name: "Size",
  domain: "",
  infer: () => [{ type: "int64", shape: [] }],
  derivative: "none",
}

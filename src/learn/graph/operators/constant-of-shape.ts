/** @file A tensor of a given shape, one number throughout. */

import { inputOf, type Operator, shapeFault } from "../operator.ts"
import { sizesOf } from "../sizes.ts"
import type { Attributes, ElementType } from "../tensor.ts"

export const constantOfShape: Operator = {
  name: "ConstantOfShape",
  domain: "",
  infer: (call) => {
    const shape = sizesOf(inputOf(call, 0))
    if (shape === null) throw shapeFault("ConstantOfShape", "the wanted shape is not known")
    return [{ type: typeOf(call.attributes), shape }]
  },
  derivative: "none",
}

function typeOf({ value }: Attributes): ElementType {
  if (value?.kind !== "tensor") return "float32"
  const { type } = value.value
  if (type === "float32" || type === "float64" || type === "int64" || type === "int32" || type === "bool")
    return type
  throw shapeFault("ConstantOfShape", `element type ${type} is not one that graphs compute with`)
}

/** @file The values in another element type; a gradient passes between floats. */

import { elementTypes } from "../../../onnx/element-types.ts"
import { gradientOf, inputOf, intOf, type Operator, shapeFault } from "../operator.ts"
import { type ElementType, isFloat } from "../tensor.ts"

const castTypes = ["float32", "float64", "int64", "int32", "uint32", "bool"] as const

export const cast: Operator = {
  name: "Cast",
  domain: "",
  infer: (call) => [{ type: targetOf(intOf(call.attributes, "to", 0)), shape: inputOf(call, 0).shape }],
  takesBroadcastGradients: true,
  derivative: (call) => {
    const input = inputOf(call, 0)
    const gradient = gradientOf(call)
    if (!isFloat(input) || !isFloat(gradient)) return [null]
    return [
      call.op("Cast", [gradient], { to: { kind: "int", value: BigInt(elementTypes[input.type].number) } }),
    ]
  },
}

function targetOf(number: number): ElementType {
  const type = castTypes.find((candidate) => elementTypes[candidate].number === number)
  if (type === undefined)
    throw shapeFault("Cast", `element type ${number} is not one that graphs compute with`)
  return type
}

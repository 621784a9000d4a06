/** @file Several tensors become one. */
import { int } from "../../../onnx/attributes.ts"
import { op } from "../../graph/op.ts"
import { shapeFault } from "../../graph/operator.ts"
import { defineLayer, type Layer } from "../layer.ts"

/** End to end along an axis, the last unless given; the batch is axis 0. */
export function Concatenate(options: { readonly axis?: number; readonly name?: string } = {}): Layer {
  return defineLayer({
    kind: "concatenate",
    name: options.name,
    forward: (inputs) => op("Concat", inputs, { axis: int(options.axis ?? -1) }),
  })
}

/** The sum of tensors of one shape, as a skip connection needs it. */
export function Add(options: { readonly name?: string } = {}): Layer {
  return defineLayer({
    kind: "add",
    name: options.name,
    forward: ([first, ...others]) => {
      if (first === undefined) throw shapeFault("Add", "it reads nothing")
      return others.reduce((sum, other) => op("Add", [sum, other]), first)
    },
  })
}

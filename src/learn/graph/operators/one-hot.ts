/** @file A new axis with one value at each index and another elsewhere. */
import { elementTypes } from "../../../onnx/element-types.ts"
import { axisOf, constantInts, inputOf, integers, intOf, type Operator, shapeFault } from "../operator.ts"
import { constant } from "../tensor.ts"

/** Inputs: indices, depth (a constant), values [2] of elsewhere and of the index. */
export const oneHot: Operator = {
  name: "OneHot",
  domain: "",
  infer: (call) => {
    const { shape } = inputOf(call, 0)
    if (shape.length < 1) throw shapeFault("OneHot", "the engine marks no single index, only rows of them")
    const depth = constantInts(call.inputs[1])?.[0]
    if (depth === undefined) throw shapeFault("OneHot", "its depth is no constant")
    const axis = axisOf(intOf(call.attributes, "axis", -1), shape.length + 1, "OneHot")
    return [{ type: inputOf(call, 2).type, shape: [...shape.slice(0, axis), depth, ...shape.slice(axis)] }]
  },
  derivative: "none",
  /** The engine has no kernel for float64. */
  lower: (call) => {
    const { op } = call
    const [indices, depth, values] = [inputOf(call, 0), inputOf(call, 1), inputOf(call, 2)]
    if (values.type !== "float64") return null
    const marks = constant({ type: "int64", shape: [2], data: BigInt64Array.of(0n, 1n) })
    const marked = op("OneHot", [indices, depth, marks], call.attributes)
    const isHot = op("Cast", [marked], { to: { kind: "int", value: BigInt(elementTypes.bool.number) } })
    const valueAt = (place: number) => op("Gather", [values, integers([place])])
    return [op("Where", [isHot, valueAt(1), valueAt(0)])]
  },
}

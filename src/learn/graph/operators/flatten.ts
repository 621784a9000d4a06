/** @file A matrix: the axes before one, and those from it on, each as one axis. */
import { reshapeBack } from "../broadcast.ts"
import { inputOf, intOf, type Operator, shapeFault } from "../operator.ts"
import { productOf } from "../sizes.ts"

export const flatten: Operator = {
  name: "Flatten",
  domain: "",
  infer: (call) => {
    const { type, shape } = inputOf(call, 0)
    const axis = intOf(call.attributes, "axis", 1)
    if (axis < -shape.length || axis > shape.length)
      throw shapeFault("Flatten", `there is no place ${axis} between ${shape.length} dimensions`)
    const place = axis < 0 ? axis + shape.length : axis
    return [{ type, shape: [productOf(shape.slice(0, place)), productOf(shape.slice(place))] }]
  },
  takesBroadcastGradients: true,
  derivative: (call) => [reshapeBack(call)],
}

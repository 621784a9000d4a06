/** @file The sizes of a tensor, as int64. */
import { inputOf, intOf, type Operator } from "../operator.ts"

export const shape: Operator = {
  name: "Shape",
  domain: "",
  infer: (call) => {
    const rank = inputOf(call, 0).shape.length
    const place = (name: string, otherwise: number) => {
      const at = intOf(call.attributes, name, otherwise)
      return Math.min(Math.max(at < 0 ? at + rank : at, 0), rank)
    }
    return [{ type: "int64", shape: [Math.max(place("end", rank) - place("start", 0), 0)] }]
  },
  derivative: "none",
}

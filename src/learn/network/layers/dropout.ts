/** @file Sets a share of the values to 0 in training and scales up the others; does nothing afterwards (Srivastava et al. 2014). */
import { op } from "../../graph/op.ts"
import { scalar, shapeFault } from "../../graph/operator.ts"
import { defineLayer, type Layer } from "../layer.ts"
import { checkSettings, within } from "../settings.ts"

/** `rate` in [0, 1): the share that is set to 0; the others are divided by 1 - rate. Throws NETWORK_SETTING for another rate. */
export function Dropout(rate: number, options: { readonly name?: string } = {}): Layer {
  checkSettings(within(0, 1), rate, "rate")
  return defineLayer({
    kind: "dropout",
    name: options.name,
    forward: ([x], context) => {
      if (x === undefined) throw shapeFault("Dropout", "it reads nothing")
      if (!context.isTraining || rate === 0) return x
      const isDropped = op("Less", [context.random(x), scalar(x.type, rate)])
      const zero = scalar(x.type, 0)
      return op("Mul", [x, op("Where", [isDropped, zero, scalar(x.type, 1 / (1 - rate))])])
    },
  })
}

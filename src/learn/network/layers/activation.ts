/** @file An activation as a layer of its own. */
import { shapeFault } from "../../graph/operator.ts"
import { type Activation as ActivationChoice, activate, checkActivation } from "../activations.ts"
import { defineLayer, type Layer } from "../layer.ts"

/** y = a(x), of any shape [batch, ...]; softmax over the last axis. */
export function Activation(activation: ActivationChoice, options: { readonly name?: string } = {}): Layer {
  checkActivation(activation)
  return defineLayer({
    kind: "activation",
    name: options.name,
    forward: ([x]) => {
      if (x === undefined) throw shapeFault("Activation", "it reads nothing")
      return activate(activation, x)
    },
  })
}

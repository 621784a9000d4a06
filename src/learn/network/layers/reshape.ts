/** @file The values of a row in another shape. */
import { op } from "../../graph/op.ts"
import { integers, shapeFault } from "../../graph/operator.ts"
import { elementCount } from "../../graph/tensor.ts"
import { defineLayer, type Layer } from "../layer.ts"

/** `shape` of a row, without the batch; one size may be -1, what remains. */
export function Reshape(shape: readonly number[], options: { readonly name?: string } = {}): Layer {
  return defineLayer({
    kind: "reshape",
    name: options.name,
    forward: ([x]) => {
      if (x === undefined) throw shapeFault("Reshape", "it reads nothing")
      const count = elementCount(x.shape.slice(1))
      if (count === null) throw shapeFault("Reshape", `the rows [${x.shape.join(", ")}] have a free size`)
      const others = shape.reduce((product, size) => (size === -1 ? product : product * size), 1)
      const sizes = shape.map((size) => (size === -1 ? count / others : size))
      if (elementCount(sizes) !== count)
        throw shapeFault("Reshape", `rows of ${count} values do not fill [${shape.join(", ")}]`)
      return op("Reshape", [x, integers([-1, ...sizes])])
    },
  })
}

/** All values of a row in one axis. */
export function Flatten(options: { readonly name?: string } = {}): Layer {
  const { definition } = Reshape([-1])
  return defineLayer({ kind: "flatten", name: options.name, forward: definition.forward })
}

/**
 * @file Sums of products by letters, as `bij,bjk->bik`: the gradient of each operand is the same with the output's letters in its place. An
 * operand names no letter twice, and there is no ellipsis.
 */
import { fault } from "../../../base/errors.ts"
import { text } from "../../../onnx/attributes.ts"
import { requiredInputs } from "../elementwise.ts"
import { type Call, gradientOf, type Operator, sameType, shapeFault, textOf } from "../operator.ts"
import type { Dimension } from "../tensor.ts"

type Equation = { readonly operands: readonly string[]; readonly output: string }

export const einsum: Operator = {
  name: "Einsum",
  domain: "",
  infer: (call) => {
    const inputs = requiredInputs(call)
    const { operands, output } = equationOf(call)
    if (operands.length !== inputs.length)
      throw shapeFault("Einsum", `${inputs.length} tensors for ${operands.length} operands`)
    const sizes = new Map<string, Dimension>()
    for (const [index, { shape }] of inputs.entries()) {
      const letters = operands[index] ?? ""
      if (letters.length !== shape.length) throw shapeFault("Einsum", `[${shape.join(", ")}] for ${letters}`)
      for (const [axis, letter] of [...letters].entries()) {
        const size = shape[axis] ?? 1
        if ((sizes.get(letter) ?? size) !== size)
          throw shapeFault("Einsum", `${letter} is ${sizes.get(letter)} and ${size}`)
        sizes.set(letter, size)
      }
    }
    const shape = [...output].map((letter) => {
      const size = sizes.get(letter)
      if (size === undefined) throw shapeFault("Einsum", `no operand has ${letter}`)
      return size
    })
    return [{ type: sameType("Einsum", inputs), shape }]
  },
  derivative: (call) => {
    const { operands, output } = equationOf(call)
    const inputs = requiredInputs(call)
    return operands.map((letters, index) => {
      if (!call.needs(index)) return null
      const others = operands.filter((_, at) => at !== index)
      const known = new Set([...others.join(""), ...output])
      const alone = [...letters].find((letter) => !known.has(letter))
      if (alone !== undefined)
        throw fault("GRAPH_OPERATOR", {
          operator: "Einsum",
          reason: `its derivative is not known where one operand alone has ${alone}`,
        })
      const given = [...inputs.filter((_, at) => at !== index), gradientOf(call)]
      return call.op("Einsum", given, { equation: text(`${[...others, output].join(",")}->${letters}`) })
    })
  },
}

/** Without an arrow the output has the letters that occur once, in the order of the alphabet. */
function equationOf({ attributes }: Call): Equation {
  const equation = textOf(attributes, "equation", "").replaceAll(" ", "")
  const [left = "", right] = equation.split("->")
  const operands = left.split(",")
  const letters = [...left.replaceAll(",", "")]
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter))
  const output = right ?? once.toSorted().join("")
  const isPlain = [...operands, output].every(
    (each) => /^[A-Za-z]*$/.test(each) && new Set(each).size === each.length,
  )
  if (!isPlain)
    throw fault("GRAPH_OPERATOR", {
      operator: "Einsum",
      reason: `${equation} names a letter twice in one operand, or an ellipsis`,
    })
  return { operands, output }
}

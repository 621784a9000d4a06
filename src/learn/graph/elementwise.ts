/** @file Operators on single elements have one shape: a name, and the factor or factors that the gradient is multiplied by. */
import { int } from "../../onnx/attributes.ts"
import { elementTypes } from "../../onnx/element-types.ts"
import { inferElementwise, passBack } from "./broadcast.ts"
import {
  type DerivativeCall,
  gradientOf,
  inputOf,
  type Operations,
  type Operator,
  outputOf,
  sameType,
  scalar,
  shapeFault,
} from "./operator.ts"
import type { ElementType, SymbolicTensor } from "./tensor.ts"

/** `derivative(call, x, y)`: the gradient of x by that of y = f(x), which `gradientOf(call)` is. */
export function unary(
  name: string,
  derivative: (call: DerivativeCall, x: SymbolicTensor, y: SymbolicTensor) => SymbolicTensor,
): Operator {
  return {
    name,
    domain: "",
    infer: (call) => inferElementwise(name, call),
    takesBroadcastGradients: true,
    derivative: (call) => [call.needs(0) ? derivative(call, inputOf(call, 0), outputOf(call)) : null],
  }
}

/** Of two inputs of one type, which broadcast; each gradient is summed back to its input's shape. */
export function binary(
  name: string,
  derivatives: readonly [
    (call: DerivativeCall, gradient: SymbolicTensor) => SymbolicTensor,
    (call: DerivativeCall, gradient: SymbolicTensor) => SymbolicTensor,
  ],
): Operator {
  return {
    name,
    domain: "",
    infer: (call) => {
      sameType(name, [inputOf(call, 0), inputOf(call, 1)])
      return inferElementwise(name, call)
    },
    takesBroadcastGradients: true,
    derivative: (call) =>
      derivatives.map((derivative, input) =>
        call.needs(input) ? passBack(call, derivative(call, gradientOf(call)), input) : null,
      ),
  }
}

/** Of two inputs of one type: what is so of each pair; bool. Its changes are jumps, so no gradient passes. */
export function comparison(name: string): Operator {
  return {
    name,
    domain: "",
    infer: (call) => {
      sameType(name, [inputOf(call, 0), inputOf(call, 1)])
      return inferElementwise(name, call, "bool")
    },
    derivative: "none",
  }
}

/** Constant between jumps, or of what has no slope; of the input's type unless another is given. */
export function withoutGradient(name: string, type?: ElementType): Operator {
  return { name, domain: "", infer: (call) => inferElementwise(name, call, type), derivative: "none" }
}

/** Of one or more truth values, which broadcast. */
export function logical(name: string): Operator {
  return ofTypes(name, ["bool"])
}

/** Of two integers of one type, which broadcast. */
export function onIntegers(name: string): Operator {
  return ofTypes(name, ["int64", "int32", "uint32"])
}

function ofTypes(name: string, types: readonly ElementType[]): Operator {
  return {
    name,
    domain: "",
    infer: (call) => {
      const type = sameType(name, requiredInputs(call))
      if (!types.includes(type)) throw shapeFault(name, `it reads ${types.join(" or ")}, not ${type}`)
      return inferElementwise(name, call)
    },
    derivative: "none",
  }
}

/**
 * The greatest or the least of one or more, which broadcast. `isBeaten(a, b)` names the operator that says that b is further out than a. The
 * gradient goes to the first of those that are equal, as TensorFlow has it.
 */
export function extreme(name: "Max" | "Min", isBeaten: "Less" | "Greater"): Operator {
  return {
    name,
    domain: "",
    infer: (call) => {
      sameType(name, requiredInputs(call))
      return inferElementwise(name, call)
    },
    takesBroadcastGradients: true,
    derivative: (call) => {
      const { op } = call
      const inputs = requiredInputs(call)
      const output = outputOf(call)
      const gradient = gradientOf(call)
      return inputs.map((input, index) => {
        if (!call.needs(index)) return null
        const before = inputs.slice(0, index)
        const isFirst = before.length === 0 ? null : op(isBeaten, [op(name, before), output])
        // What beats all before it is the extreme itself, where none comes after it.
        const isLast = index > 0 && index === inputs.length - 1
        const isOutput = isLast ? null : op("Equal", [input, output])
        const isChosen = isFirst && isOutput ? op("And", [isFirst, isOutput]) : (isFirst ?? isOutput)
        return passBack(call, op("Where", [isChosen, gradient, scalar(gradient.type, 0)]), index)
      })
    },
  }
}

/** 1, 0 or -1, in the way that is fastest for the engine: its kernel of Sign is 9 times as slow on 128 x 512. */
export function signOf(operations: Operations, x: SymbolicTensor): SymbolicTensor {
  return steepened(operations, x, { least: -1, greatest: 1 })
}

/** Takes every x but those next to 0 (below 2^-126, which float32 holds with fewer digits) beyond the bounds on its side. */
const steepness = 2 ** 126

/** The least below 0, the greatest above it; at 0 itself 0, drawn in between them. */
export function steepened(
  { op }: Operations,
  x: SymbolicTensor,
  { least, greatest }: { readonly least: number; readonly greatest: number },
): SymbolicTensor {
  return op("Clip", [
    op("Mul", [x, scalar(x.type, steepness)]),
    scalar(x.type, least),
    scalar(x.type, greatest),
  ])
}

/** All inputs of an operator that can leave none out. */
export function requiredInputs({ inputs }: Pick<DerivativeCall, "inputs">): readonly SymbolicTensor[] {
  return inputs.map((_, index) => inputOf({ inputs }, index))
}

/** Cast, where it is of another type. */
export function toType({ op }: Operations, tensor: SymbolicTensor, type: ElementType): SymbolicTensor {
  return op("Cast", [tensor], { to: int(elementTypes[type].number) })
}

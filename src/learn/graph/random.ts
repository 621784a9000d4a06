/** @file Random numbers as nodes: the same function of (key, counter) as `randomUint32` of evaluate/random.ts, so that any step can be drawn again. */
import { int } from "../../onnx/attributes.ts"
import { elementTypes } from "../../onnx/element-types.ts"
import { op } from "./op.ts"
import { scalar } from "./operator.ts"
import { constant, type ElementType, type SymbolicTensor } from "./tensor.ts"

/** uint32 numbers of a stream, one per counter (uint32); the counters' own part is computed once for all keys. */
export function randomBits(key: SymbolicTensor, counters: SymbolicTensor): SymbolicTensor {
  return mix32(op("Add", [mix32(op("Add", [counters, uint32(0x6a09e667)])), key]))
}

/** In [0, 1) with 24 bits, of a float type: exact in float32. */
export function uniform(bits: SymbolicTensor, type: "float32" | "float64"): SymbolicTensor {
  const whole = castTo(
    op("BitShift", [bits, uint32(8)], { direction: { kind: "string", value: "RIGHT" } }),
    type,
  )
  return op("Mul", [whole, scalar(type, 2 ** -24)])
}

export function uint32(value: number): SymbolicTensor {
  return constant({ type: "uint32", shape: [], data: new Uint8Array(Uint32Array.of(value).buffer) })
}

export function castTo(tensor: SymbolicTensor, type: ElementType): SymbolicTensor {
  return op("Cast", [tensor], { to: int(elementTypes[type].number) })
}

/** The engine adds and multiplies uint32 modulo 2^32. */
function mix32(bits: SymbolicTensor): SymbolicTensor {
  const once = op("Mul", [op("BitwiseXor", [bits, shifted(bits, 16)]), uint32(0x7feb352d)])
  const twice = op("Mul", [op("BitwiseXor", [once, shifted(once, 15)]), uint32(0x846ca68b)])
  return op("BitwiseXor", [twice, shifted(twice, 16)])
}

function shifted(bits: SymbolicTensor, by: number): SymbolicTensor {
  return op("BitShift", [bits, uint32(by)], { direction: { kind: "string", value: "RIGHT" } })
}

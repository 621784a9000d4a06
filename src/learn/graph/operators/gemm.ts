/** @file alpha A' B' + beta C of matrices, each transposed or not: the dense layer in one node. */
import { broadcastShape, sumTo } from "../broadcast.ts"
import {
  type Call,
  type DerivativeCall,
  floatOf,
  gradientOf,
  inputOf,
  intOf,
  type Operator,
  sameType,
  scalar,
  shapeFault,
} from "../operator.ts"
import { type SymbolicTensor, sameShape } from "../tensor.ts"

export const gemm: Operator = {
  name: "Gemm",
  domain: "",
  infer: (call) => {
    const [a, b] = [inputOf(call, 0), inputOf(call, 1)]
    const { transA, transB } = flagsOf(call)
    if (a.shape.length !== 2 || b.shape.length !== 2) throw shapeFault("Gemm", "it multiplies two matrices")
    const [rows = 1, inner] = transA ? [...a.shape].reverse() : a.shape
    const [other, columns = 1] = transB ? [...b.shape].reverse() : b.shape
    if (inner !== other) throw shapeFault("Gemm", `[${a.shape.join(", ")}] times [${b.shape.join(", ")}]`)
    const bias = call.inputs[2] ?? null
    if (bias !== null && !sameShape(broadcastShape("Gemm", [bias.shape, [rows, columns]]), [rows, columns]))
      throw shapeFault("Gemm", `[${bias.shape.join(", ")}] added to [${rows}, ${columns}]`)
    return [
      {
        type: sameType(
          "Gemm",
          call.inputs.filter((input) => input !== null),
        ),
        shape: [rows, columns],
      },
    ]
  },
  derivative: (call) => {
    const { needs } = call
    const [a, b] = [inputOf(call, 0), inputOf(call, 1)]
    const { transA, transB, alpha, beta } = flagsOf(call)
    const gradient = gradientOf(call)
    const product = (
      first: SymbolicTensor,
      transFirst: boolean,
      second: SymbolicTensor,
      transSecond: boolean,
    ) => multiply(call, { first, transFirst, second, transSecond, alpha })
    return [
      needs(0) ? (transA ? product(b, transB, gradient, true) : product(gradient, false, b, !transB)) : null,
      needs(1) ? (transB ? product(gradient, true, a, transA) : product(a, !transA, gradient, false)) : null,
      call.inputs[2] && needs(2) ? biasGradient(call, call.inputs[2], beta) : null,
    ]
  },
}

function flagsOf({ attributes }: Pick<Call, "attributes">) {
  return {
    transA: intOf(attributes, "transA", 0) === 1,
    transB: intOf(attributes, "transB", 0) === 1,
    alpha: floatOf(attributes, "alpha", 1),
    beta: floatOf(attributes, "beta", 1),
  }
}

function multiply(
  { op }: DerivativeCall,
  product: {
    readonly first: SymbolicTensor
    readonly transFirst: boolean
    readonly second: SymbolicTensor
    readonly transSecond: boolean
    readonly alpha: number
  },
): SymbolicTensor {
  const { first, transFirst, second, transSecond, alpha } = product
  return op("Gemm", [first, second], {
    ...(transFirst ? { transA: { kind: "int", value: 1n } } : {}),
    ...(transSecond ? { transB: { kind: "int", value: 1n } } : {}),
    ...(alpha === 1 ? {} : { alpha: { kind: "float", value: alpha } }),
  })
}

function biasGradient(call: DerivativeCall, bias: SymbolicTensor, beta: number): SymbolicTensor {
  const sum = sumTo(call, gradientOf(call), bias.shape)
  return beta === 1 ? sum : call.op("Mul", [sum, scalar(sum.type, beta)])
}

/** @file Every operator that graphs may use, and the one way to make a node: adding an operator is its file and its name here. */
import assert from "node:assert"

import { fault } from "../../base/errors.ts"
import type { Operations, Operator } from "./operator.ts"
import { abs } from "./operators/abs.ts"
import { add } from "./operators/add.ts"
import { cast } from "./operators/cast.ts"
import { concat } from "./operators/concat.ts"
import { div } from "./operators/div.ts"
import { equal } from "./operators/equal.ts"
import { exp } from "./operators/exp.ts"
import { expand } from "./operators/expand.ts"
import { gather } from "./operators/gather.ts"
import { gatherND } from "./operators/gather-nd.ts"
import { gemm } from "./operators/gemm.ts"
import { greater } from "./operators/greater.ts"
import { identity } from "./operators/identity.ts"
import { less } from "./operators/less.ts"
import { log } from "./operators/log.ts"
import { matMul } from "./operators/mat-mul.ts"
import { mul } from "./operators/mul.ts"
import { neg } from "./operators/neg.ts"
import { reduceMean } from "./operators/reduce-mean.ts"
import { reduceSum } from "./operators/reduce-sum.ts"
import { relu } from "./operators/relu.ts"
import { reshape } from "./operators/reshape.ts"
import { scatterND } from "./operators/scatter-nd.ts"
import { shape } from "./operators/shape.ts"
import { sigmoid } from "./operators/sigmoid.ts"
import { sigmoidCrossEntropy } from "./operators/sigmoid-cross-entropy.ts"
import { sign } from "./operators/sign.ts"
import { size } from "./operators/size.ts"
import { softmaxCrossEntropy } from "./operators/softmax-cross-entropy.ts"
import { sparseSoftmaxCrossEntropy } from "./operators/sparse-softmax-cross-entropy.ts"
import { split } from "./operators/split.ts"
import { sqrt } from "./operators/sqrt.ts"
import { squeeze } from "./operators/squeeze.ts"
import { sub } from "./operators/sub.ts"
import { tanh } from "./operators/tanh.ts"
import { transpose } from "./operators/transpose.ts"
import { unsqueeze } from "./operators/unsqueeze.ts"
import { where } from "./operators/where.ts"
import { simplified } from "./simplify.ts"
import type { Attributes, SymbolicNode, SymbolicTensor } from "./tensor.ts"

const operators: readonly Operator[] = [
  abs,
  add,
  cast,
  concat,
  div,
  equal,
  exp,
  expand,
  gatherND,
  gather,
  gemm,
  greater,
  identity,
  less,
  log,
  matMul,
  mul,
  neg,
  reduceMean,
  reduceSum,
  relu,
  reshape,
  scatterND,
  shape,
  sigmoid,
  sign,
  size,
  sigmoidCrossEntropy,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
  split,
  sqrt,
  squeeze,
  sub,
  tanh,
  transpose,
  unsqueeze,
  where,
]

const byName: ReadonlyMap<string, Operator> = new Map(operators.map((operator) => [operator.name, operator]))

/** Throws GRAPH_OPERATOR for one that we have no file for. */
export function operatorNamed(name: string): Operator {
  const operator = byName.get(name)
  if (operator === undefined)
    throw fault("GRAPH_OPERATOR", { operator: name, reason: "its derivative is not known" })
  return operator
}

/** A node with one output, by ONNX's name. Throws GRAPH_SHAPE. */
export function op(
  operator: string,
  inputs: readonly (SymbolicTensor | null)[],
  attributes: Attributes = {},
): SymbolicTensor {
  const known = simplified(operator, inputs, attributes)
  if (known !== null) return known
  const [output, ...others] = ops(operator, inputs, attributes)
  assert(output !== undefined && others.length === 0, `${operator} has one output`)
  return output
}

/** A node with any number of outputs. Throws GRAPH_SHAPE. */
export function ops(
  operator: string,
  inputs: readonly (SymbolicTensor | null)[],
  attributes: Attributes = {},
): readonly SymbolicTensor[] {
  return apply(operatorNamed(operator), inputs, attributes)
}

export const operations: Operations = { op, ops }

function apply(
  operator: Operator,
  inputs: readonly (SymbolicTensor | null)[],
  attributes: Attributes,
): readonly SymbolicTensor[] {
  const outputs: SymbolicTensor[] = []
  const node: SymbolicNode = { operator, inputs, attributes, outputs }
  for (const [output, info] of operator.infer({ inputs, attributes }).entries())
    outputs.push({ ...info, origin: { kind: "node", node, output } })
  return outputs
}

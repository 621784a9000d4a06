/** @file Every operator that graphs may use, and the one way to make a node: adding an operator is its file and its name here. */
import assert from "node:assert"

import { fault } from "../../base/errors.ts"
import { folded } from "./fold.ts"
import type { Operations, Operator } from "./operator.ts"
import { abs } from "./operators/abs.ts"
import { add } from "./operators/add.ts"
import { and } from "./operators/and.ts"
import { argMax } from "./operators/arg-max.ts"
import { averagePool } from "./operators/average-pool.ts"
import { batchNormalization } from "./operators/batch-normalization.ts"
import { bitShift } from "./operators/bit-shift.ts"
import { bitwiseAnd } from "./operators/bitwise-and.ts"
import { bitwiseOr } from "./operators/bitwise-or.ts"
import { bitwiseXor } from "./operators/bitwise-xor.ts"
import { cast } from "./operators/cast.ts"
import { ceil } from "./operators/ceil.ts"
import { clip } from "./operators/clip.ts"
import { concat } from "./operators/concat.ts"
import { constantOfShape } from "./operators/constant-of-shape.ts"
import { conv } from "./operators/conv.ts"
import { convTranspose } from "./operators/conv-transpose.ts"
import { cos } from "./operators/cos.ts"
import { div } from "./operators/div.ts"
import { einsum } from "./operators/einsum.ts"
import { elu } from "./operators/elu.ts"
import { equal } from "./operators/equal.ts"
import { erf } from "./operators/erf.ts"
import { exp } from "./operators/exp.ts"
import { expand } from "./operators/expand.ts"
import { flatten } from "./operators/flatten.ts"
import { floor } from "./operators/floor.ts"
import { gather } from "./operators/gather.ts"
import { gatherElements } from "./operators/gather-elements.ts"
import { gatherND } from "./operators/gather-nd.ts"
import { gelu } from "./operators/gelu.ts"
import { gemm } from "./operators/gemm.ts"
import { globalAveragePool } from "./operators/global-average-pool.ts"
import { greater } from "./operators/greater.ts"
import { greaterOrEqual } from "./operators/greater-or-equal.ts"
import { hardSigmoid } from "./operators/hard-sigmoid.ts"
import { identity } from "./operators/identity.ts"
import { isInf } from "./operators/is-inf.ts"
import { isNan } from "./operators/is-nan.ts"
import { layerNormalization } from "./operators/layer-normalization.ts"
import { leakyRelu } from "./operators/leaky-relu.ts"
import { less } from "./operators/less.ts"
import { lessOrEqual } from "./operators/less-or-equal.ts"
import { log } from "./operators/log.ts"
import { logSoftmax } from "./operators/log-softmax.ts"
import { matMul } from "./operators/mat-mul.ts"
import { max } from "./operators/max.ts"
import { maxPool } from "./operators/max-pool.ts"
import { mean } from "./operators/mean.ts"
import { min } from "./operators/min.ts"
import { mod } from "./operators/mod.ts"
import { mul } from "./operators/mul.ts"
import { neg } from "./operators/neg.ts"
import { not } from "./operators/not.ts"
import { oneHot } from "./operators/one-hot.ts"
import { or } from "./operators/or.ts"
import { pad } from "./operators/pad.ts"
import { pow } from "./operators/pow.ts"
import { range } from "./operators/range.ts"
import { reciprocal } from "./operators/reciprocal.ts"
import { reduceL1 } from "./operators/reduce-l1.ts"
import { reduceL2 } from "./operators/reduce-l2.ts"
import { reduceLogSumExp } from "./operators/reduce-log-sum-exp.ts"
import { reduceMax } from "./operators/reduce-max.ts"
import { reduceMean } from "./operators/reduce-mean.ts"
import { reduceMin } from "./operators/reduce-min.ts"
import { reduceProd } from "./operators/reduce-prod.ts"
import { reduceSum } from "./operators/reduce-sum.ts"
import { reduceSumSquare } from "./operators/reduce-sum-square.ts"
import { relu } from "./operators/relu.ts"
import { reshape } from "./operators/reshape.ts"
import { round } from "./operators/round.ts"
import { scatterElements } from "./operators/scatter-elements.ts"
import { scatterND } from "./operators/scatter-nd.ts"
import { shape } from "./operators/shape.ts"
import { sigmoid } from "./operators/sigmoid.ts"
import { sigmoidCrossEntropy } from "./operators/sigmoid-cross-entropy.ts"
import { sign } from "./operators/sign.ts"
import { sin } from "./operators/sin.ts"
import { size } from "./operators/size.ts"
import { slice } from "./operators/slice.ts"
import { softmax } from "./operators/softmax.ts"
import { softmaxCrossEntropy } from "./operators/softmax-cross-entropy.ts"
import { softplus } from "./operators/softplus.ts"
import { sparseSoftmaxCrossEntropy } from "./operators/sparse-softmax-cross-entropy.ts"
import { split } from "./operators/split.ts"
import { sqrt } from "./operators/sqrt.ts"
import { squeeze } from "./operators/squeeze.ts"
import { sub } from "./operators/sub.ts"
import { sum } from "./operators/sum.ts"
import { tanh } from "./operators/tanh.ts"
import { transpose } from "./operators/transpose.ts"
import { unsqueeze } from "./operators/unsqueeze.ts"
import { where } from "./operators/where.ts"
import { simplified } from "./simplify.ts"
import type { Attributes, SymbolicNode, SymbolicTensor } from "./tensor.ts"

const operators: readonly Operator[] = [
  abs,
  add,
  and,
  argMax,
  averagePool,
  batchNormalization,
  bitShift,
  bitwiseAnd,
  bitwiseOr,
  bitwiseXor,
  cast,
  ceil,
  clip,
  concat,
  constantOfShape,
  conv,
  convTranspose,
  cos,
  div,
  einsum,
  elu,
  equal,
  erf,
  exp,
  expand,
  flatten,
  floor,
  gather,
  gatherElements,
  gatherND,
  gelu,
  gemm,
  globalAveragePool,
  greater,
  greaterOrEqual,
  hardSigmoid,
  identity,
  isInf,
  isNan,
  layerNormalization,
  leakyRelu,
  less,
  lessOrEqual,
  log,
  logSoftmax,
  matMul,
  max,
  maxPool,
  mean,
  min,
  mod,
  mul,
  neg,
  not,
  oneHot,
  or,
  pad,
  pow,
  range,
  reciprocal,
  reduceL1,
  reduceL2,
  reduceLogSumExp,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceProd,
  reduceSum,
  reduceSumSquare,
  relu,
  reshape,
  round,
  scatterElements,
  scatterND,
  shape,
  sigmoid,
  sigmoidCrossEntropy,
  sign,
  sin,
  size,
  slice,
  softmax,
  softmaxCrossEntropy,
  softplus,
  sparseSoftmaxCrossEntropy,
  split,
  sqrt,
  squeeze,
  sub,
  sum,
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
  const known = simplified(operator, inputs, attributes) ?? folded(operator, inputs)
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

/** @file Convolution and its transpose are each other's derivatives; both gradients of weights are one convolution. */
import { int, ints } from "../../onnx/attributes.ts"
import { sumTo } from "./broadcast.ts"
import {
  type DerivativeCall,
  gradientOf,
  inputOf,
  integers,
  type Operations,
  shapeFault,
} from "./operator.ts"
import { productOf } from "./sizes.ts"
import { type SymbolicTensor, sameShape } from "./tensor.ts"
import { type Windows, windowAttributes } from "./window.ts"

/** The bias is [channels] of the output, or left out. Throws GRAPH_SHAPE. */
export function checkBias(operator: string, bias: SymbolicTensor | null | undefined, channels: number): void {
  if (bias && !sameShape(bias.shape, [channels]))
    throw shapeFault(operator, `a bias [${bias.shape.join(", ")}] for ${channels} channels`)
}

/**
 * The gradient of the weight [out, in / groups, ...kernel] of y = conv(x): in each group a convolution of x with the gradient of y as kernel,
 * batch and channels exchanged, strides and dilations exchanged; cut to the kernel's size where windows stopped short of the end.
 */
export function weightGradient(
  { op }: Operations,
  given: {
    readonly x: SymbolicTensor
    readonly gradient: SymbolicTensor
    readonly weight: SymbolicTensor
    readonly windows: Windows
    readonly group: number
  },
): SymbolicTensor {
  const { x, gradient, weight, windows, group } = given
  const spatial = windows.kernel.map((_, axis) => axis + 2)
  const exchanged = { perm: ints([1, 0, ...spatial]) }
  const found = op("Conv", [byGroups(op, x, group), op("Transpose", [gradient], exchanged)], {
    ...windowAttributes({ ...windows, strides: windows.dilations, dilations: windows.strides }),
    ...(group === 1 ? {} : { group: int(group) }),
  })
  const turned = op("Transpose", [found], exchanged)
  if (sameShape(turned.shape, weight.shape)) return turned
  const none = spatial.map(() => 0)
  return op("Slice", [turned, integers(none), integers(windows.kernel), integers(spatial)])
}

/** [batch, groups * in, ...sizes] as [in, groups * batch, ...sizes]. */
function byGroups(op: Operations["op"], x: SymbolicTensor, group: number): SymbolicTensor {
  const sizes = x.shape.slice(2).map(Number)
  const spatial = sizes.map((_, axis) => axis + 2)
  if (group === 1) return op("Transpose", [x], { perm: ints([1, 0, ...spatial]) })
  const channels = Number(x.shape[1]) / group
  const parted = op("Reshape", [x, integers([-1, group, channels, ...sizes])])
  const turned = op("Transpose", [parted], { perm: ints([2, 1, 0, ...spatial.map((axis) => axis + 1)]) })
  return op("Reshape", [turned, integers([channels, -1, ...sizes])])
}

/** The sum over batch and sizes. */
export function biasGradient(call: DerivativeCall): SymbolicTensor | null {
  const bias = call.inputs[2]
  if (!bias || !call.needs(2)) return null
  const gradient = gradientOf(call)
  const axes = gradient.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]))
  return sumTo(call, call.op("ReduceSum", [gradient, integers(axes)], { keepdims: int(0) }), bias.shape)
}

/** y + bias, along the channels. */
export function withBias({ op }: Operations, y: SymbolicTensor, bias: SymbolicTensor | null | undefined) {
  if (!bias) return y
  return op("Add", [y, op("Unsqueeze", [bias, integers(y.shape.slice(2).map((_, axis) => axis + 1))])])
}

/** Do the input's channels fit the weight's? */
export function checkChannels(
  operator: string,
  call: { readonly inputs: DerivativeCall["inputs"] },
  fit: { readonly wanted: number; readonly group: number },
): void {
  const [x, weight] = [inputOf(call, 0), inputOf(call, 1)]
  const given = productOf([weight.shape[fit.wanted] ?? 1, fit.wanted === 0 ? 1 : fit.group])
  if (x.shape.length !== weight.shape.length || x.shape[1] !== given)
    throw shapeFault(
      operator,
      `a weight [${weight.shape.join(", ")}] in ${fit.group} groups for [${x.shape.join(", ")}]`,
    )
}

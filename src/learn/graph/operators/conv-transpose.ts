/** @file The transpose of a convolution, which spreads each element over a window: by x the convolution of the gradient. */

import { fault } from "../../../base/errors.ts"
import { int, ints } from "../../../onnx/attributes.ts"
import { biasGradient, checkBias, checkChannels, weightGradient, withBias } from "../convolution.ts"
import {
  type Call,
  gradientOf,
  inputOf,
  integers,
  intsOf,
  type Operations,
  type Operator,
  sameType,
} from "../operator.ts"
import type { SymbolicTensor } from "../tensor.ts"
import {
  groupOf,
  knownSize,
  reachOf,
  spatialSizes,
  type Windows,
  windowAttributes,
  windowsOf,
} from "../window.ts"

/** x [batch, in, ...sizes], weight [in, out / groups, ...kernel], bias [out]. */
export const convTranspose: Operator = {
  name: "ConvTranspose",
  domain: "",
  infer: (call) => {
    const [x, weight] = [inputOf(call, 0), inputOf(call, 1)]
    checkChannels("ConvTranspose", call, { wanted: 0, group: groupOf(call) })
    const out = outputChannels(call)
    checkBias("ConvTranspose", call.inputs[2], out)
    const windows = windowsIn(call)
    const sizes = spatialSizes("ConvTranspose", x.shape).map((size, axis) => {
      const inner = (windows.strides[axis] ?? 1) * (size - 1) + reachOf(windows, axis)
      return inner + (extraIn(call)[axis] ?? 0) - (windows.before[axis] ?? 0) - (windows.after[axis] ?? 0)
    })
    return [{ type: sameType("ConvTranspose", [x, weight]), shape: [x.shape[0] ?? 1, out, ...sizes] }]
  },
  derivative: (call) => {
    const { op, needs } = call
    const [x, weight, gradient] = [inputOf(call, 0), inputOf(call, 1), gradientOf(call)]
    const windows = windowsIn(call)
    const group = groupOf(call)
    const attributes = { ...windowAttributes(windows), ...(group === 1 ? {} : { group: int(group) }) }
    return [
      needs(0) ? op("Conv", [gradient, weight], attributes) : null,
      // The convolution that this one transposes reads what comes back and makes what went in.
      needs(1) ? weightGradient(call, { x: gradient, gradient: x, weight, windows, group }) : null,
      biasGradient(call),
    ]
  },
  lower: (call) => (inputOf(call, 0).type === "float64" ? [byConvolution(call)] : null),
}

function windowsIn(call: Call): Windows {
  const other = ["auto_pad", "output_shape"].find((name) => name in call.attributes)
  if (other !== undefined)
    throw fault("GRAPH_OPERATOR", {
      operator: "ConvTranspose",
      reason: `its ${other} is not understood, pads are`,
    })
  return windowsOf("ConvTranspose", call, spatialSizes("ConvTranspose", inputOf(call, 1).shape))
}

function extraIn({ attributes }: Call): readonly number[] {
  return intsOf(attributes, "output_padding") ?? []
}

function outputChannels(call: Call): number {
  return knownSize("ConvTranspose", inputOf(call, 1).shape[1]) * groupOf(call)
}

/** Zeros put between the elements and around them, then a convolution with the kernel turned around: for float64 only. */
function byConvolution(call: Call & Operations): SymbolicTensor {
  const { op } = call
  const windows = windowsIn(call)
  const group = groupOf(call)
  const spatial = windows.kernel.map((_, axis) => axis + 2)
  let spaced = inputOf(call, 0)
  let kernel = inputOf(call, 1)
  for (const [index, axis] of spatial.entries()) {
    const [stride, size] = [windows.strides[index] ?? 1, Number(spaced.shape[axis])]
    const places = Array.from({ length: stride * (size - 1) + 1 }, (_, at) =>
      at % stride ? size : at / stride,
    )
    const ended = op("Pad", [spaced, integers([0, 1]), null, integers([axis])])
    spaced = op("Gather", [ended, integers(places)], { axis: int(axis) })
    const count = windows.kernel[index] ?? 1
    const turned = Array.from({ length: count }, (_, at) => count - 1 - at)
    kernel = op("Gather", [kernel, integers(turned)], { axis: int(axis) })
  }
  const around = (zeros: readonly number[], extra: readonly number[]) =>
    zeros.map((size, axis) => reachOf(windows, axis) - 1 - size + (extra[axis] ?? 0))
  const pads = [...around(windows.before, []), ...around(windows.after, extraIn(call))]
  const padded = op("Pad", [spaced, integers(pads), null, integers(spatial)])
  const inputs = knownSize("ConvTranspose", inputOf(call, 1).shape[0])
  const outputs = outputChannels(call)
  const parted = op("Reshape", [
    kernel,
    integers([group, inputs / group, outputs / group, ...windows.kernel]),
  ])
  const exchanged = op("Transpose", [parted], { perm: ints([0, 2, 1, ...spatial.map((axis) => axis + 1)]) })
  const weight = op("Reshape", [exchanged, integers([outputs, inputs / group, ...windows.kernel])])
  const y = op("Conv", [padded, weight], { dilations: ints(windows.dilations), group: int(group) })
  return withBias(call, y, call.inputs[2])
}

/**
 * @file The sum of a window's elements times a weight, for windows that move over [batch, channels, ...sizes]: by x the transposed convolution
 * of the gradient, by the weight a convolution of x with it.
 */
import { int, ints } from "../../../onnx/attributes.ts"
import { biasGradient, checkBias, checkChannels, weightGradient, withBias } from "../convolution.ts"
import {
  type Call,
  gradientOf,
  inputOf,
  integers,
  type Operations,
  type Operator,
  sameType,
} from "../operator.ts"
import type { SymbolicTensor } from "../tensor.ts"
import {
  groupOf,
  knownSize,
  remainders,
  spatialSizes,
  type Windows,
  windowAttributes,
  windowCounts,
  windowPlaces,
  windowsOf,
} from "../window.ts"

/** x [batch, groups * in, ...sizes], weight [out, in, ...kernel], bias [out]. */
export const conv: Operator = {
  name: "Conv",
  domain: "",
  infer: (call) => {
    const [x, weight] = [inputOf(call, 0), inputOf(call, 1)]
    checkChannels("Conv", call, { wanted: 1, group: groupOf(call) })
    const out = knownSize("Conv", weight.shape[0])
    checkBias("Conv", call.inputs[2], out)
    const type = sameType(
      "Conv",
      call.inputs.filter((input) => input !== null),
    )
    return [{ type, shape: [x.shape[0] ?? 1, out, ...countsIn(call)] }]
  },
  derivative: (call) => {
    const { op, needs } = call
    const [x, weight, gradient] = [inputOf(call, 0), inputOf(call, 1), gradientOf(call)]
    const windows = windowsIn(call)
    const group = groupOf(call)
    const byInput = () =>
      op("ConvTranspose", [gradient, weight], {
        ...windowAttributes(windows),
        ...(group === 1 ? {} : { group: int(group) }),
        output_padding: ints(remainders(spatialSizes("Conv", x.shape), windows)),
      })
    return [
      needs(0) ? byInput() : null,
      needs(1) ? weightGradient(call, { x, gradient, weight, windows, group }) : null,
      biasGradient(call),
    ]
  },
  lower: (call) => (inputOf(call, 0).type === "float64" ? [byProduct(call)] : null),
}

function windowsIn(call: Call): Windows {
  return windowsOf("Conv", call, spatialSizes("Conv", inputOf(call, 1).shape))
}

function countsIn(call: Call): readonly number[] {
  return windowCounts("Conv", spatialSizes("Conv", inputOf(call, 0).shape), windowsIn(call))
}

/** All windows side by side, as one matrix product: what float64, for which the engine has no kernel, is checked by. */
function byProduct(call: Call & Operations): SymbolicTensor {
  const { op } = call
  const [x, weight] = [inputOf(call, 0), inputOf(call, 1)]
  const windows = windowsIn(call)
  const group = groupOf(call)
  const counts = countsIn(call)
  const { before, after } = windows
  const sizes = spatialSizes("Conv", x.shape).map(
    (size, axis) => size + (before[axis] ?? 0) + (after[axis] ?? 0),
  )
  const padded = op("Pad", [x, integers([0, 0, ...before, 0, 0, ...after])])
  const whole = sizes.reduce((product, size) => product * size, 1)
  const windowCount = counts.reduce((product, count) => product * count, 1)
  const flat = op("Reshape", [padded, integers([0, group, -1, whole])])
  const places = integers(windowPlaces(sizes, windows, counts))
  const columns = op("Reshape", [
    op("Gather", [flat, places], { axis: int(3) }),
    integers([0, 0, -1, windowCount]),
  ])
  const out = knownSize("Conv", weight.shape[0])
  const rows = op("Reshape", [weight, integers([group, out / group, -1])])
  const product = op("Reshape", [op("MatMul", [rows, columns]), integers([0, out, ...counts])])
  return withBias(call, product, call.inputs[2])
}

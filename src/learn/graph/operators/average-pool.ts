/** @file The mean of each window: a convolution of each channel with ones, divided by how many elements a window has. */
import { fault } from "../../../base/errors.ts"
import { ints } from "../../../onnx/attributes.ts"
import {
  type Call,
  gradientOf,
  inputOf,
  integers,
  intOf,
  type Operations,
  type Operator,
  scalar,
} from "../operator.ts"
import { constant, type ElementType, type SymbolicTensor } from "../tensor.ts"
import {
  remainders,
  spatialSizes,
  type Windows,
  windowAttributes,
  windowCounts,
  windowPlaces,
  windowsOf,
} from "../window.ts"

export const averagePool: Operator = {
  name: "AveragePool",
  domain: "",
  infer: (call) => {
    const { type, shape } = inputOf(call, 0)
    const isCeiling = intOf(call.attributes, "ceil_mode", 0) === 1
    const counts = windowCounts("AveragePool", spatialSizes("AveragePool", shape), windowsIn(call), isCeiling)
    return [{ type, shape: [...shape.slice(0, 2), ...counts] }]
  },
  derivative: (call) => {
    const { op } = call
    const x = inputOf(call, 0)
    const windows = wholeWindows(call)
    const share = op("Mul", [gradientOf(call), shares(call, windows)])
    const attributes = {
      ...windowAttributes(windows),
      output_padding: ints(remainders(spatialSizes("AveragePool", x.shape), windows)),
    }
    const spread = op("ConvTranspose", [perChannel(call, share), ones(call, windows, x.type)], attributes)
    return [op("Reshape", [spread, op("Shape", [x])])]
  },
  lower: (call) => {
    const { op } = call
    const x = inputOf(call, 0)
    if (x.type !== "float64") return null
    const windows = wholeWindows(call)
    const sums = op("Conv", [perChannel(call, x), ones(call, windows, x.type)], windowAttributes(windows))
    const channels = x.shape[1]
    const sizes = sums.shape.slice(2).map(Number)
    return [
      op("Mul", [op("Reshape", [sums, integers([-1, Number(channels), ...sizes])]), shares(call, windows)]),
    ]
  },
}

function windowsIn(call: Call): Windows {
  return windowsOf("AveragePool", call, [])
}

function wholeWindows(call: Call): Windows {
  if (intOf(call.attributes, "ceil_mode", 0) === 1)
    throw fault("GRAPH_OPERATOR", {
      operator: "AveragePool",
      reason: "its derivative is not known with parts of windows, ceil_mode",
    })
  return windowsIn(call)
}

/** [batch, channels, ...sizes] as [batch * channels, 1, ...sizes]. */
function perChannel({ op }: Operations, tensor: SymbolicTensor): SymbolicTensor {
  return op("Reshape", [tensor, integers([-1, 1, ...tensor.shape.slice(2).map(Number)])])
}

function ones({ op }: Operations, { kernel }: Windows, type: ElementType): SymbolicTensor {
  return op("Expand", [scalar(type, 1), integers([1, 1, ...kernel])])
}

/** 1 over how many elements each window has [...sizes of the output]: all of the kernel's with `count_include_pad`, else those within x. */
function shares(call: Call, windows: Windows): SymbolicTensor {
  const { type, shape } = inputOf(call, 0)
  const sizes = spatialSizes("AveragePool", shape)
  const counts = windowCounts("AveragePool", sizes, windows)
  const places = windowPlaces(
    sizes.map((size, axis) => size + (windows.before[axis] ?? 0) + (windows.after[axis] ?? 0)),
    windows,
    counts,
  )
  const within = insideOf(sizes, windows)
  const isCounted = intOf(call.attributes, "count_include_pad", 0) === 1
  const windowCount = counts.reduce((product, count) => product * count, 1)
  const data = Float64Array.from({ length: windowCount }, (_, window) => {
    let count = 0
    for (let at = window; at < places.length; at += windowCount)
      if (isCounted || within[places[at] ?? 0]) count++
    return 1 / count
  })
  if (type === "float64") return constant({ type, shape: counts, data })
  return constant({ type: "float32", shape: counts, data: Float32Array.from(data) })
}

/** For each flat place of the padded sizes: is it one of x? */
function insideOf(sizes: readonly number[], { before, after }: Windows): readonly boolean[] {
  return sizes.reduce<readonly boolean[]>(
    (inside, size, axis) => {
      const start = before[axis] ?? 0
      const whole = start + size + (after[axis] ?? 0)
      return inside.flatMap((isInside) =>
        Array.from({ length: whole }, (_, at) => isInside && at >= start && at < start + size),
      )
    },
    [true],
  )
}

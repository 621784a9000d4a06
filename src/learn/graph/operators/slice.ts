/** @file Every so-many-th element from a start to an end, along axes. */
import { int } from "../../../onnx/attributes.ts"
import {
  axisOf,
  type Call,
  constantInts,
  type DerivativeCall,
  gradientOf,
  inputOf,
  integers,
  type Operator,
  shapeFault,
} from "../operator.ts"
import type { Dimension, SymbolicTensor } from "../tensor.ts"

/** Along one axis: the first element, how many, and the step from one to the next. */
type Cut = {
  readonly axis: number
  readonly size: number
  readonly start: number
  readonly count: number
  readonly step: number
}

export const slice: Operator = {
  name: "Slice",
  domain: "",
  infer: (call) => {
    const { type, shape } = inputOf(call, 0)
    const sizes: Dimension[] = [...shape]
    for (const { axis, count } of cutsOf(call)) sizes[axis] = count
    return [{ type, shape: sizes }]
  },
  derivative: (call) => [putBack(call, cutsOf(call)), null, null, null, null],
}

function cutsOf(call: Call): readonly Cut[] {
  const { shape } = inputOf(call, 0)
  const [starts, ends] = [constantInts(call.inputs[1]), constantInts(call.inputs[2])]
  const [axes, steps] = [optional(call, 3), optional(call, 4)]
  if (starts === null || ends === null) throw shapeFault("Slice", "its starts or ends are no constants")
  return starts.flatMap((start, index) => {
    const axis = axisOf(axes?.[index] ?? index, shape.length, "Slice")
    const end = ends[index] ?? 0
    const step = steps?.[index] ?? 1
    const size = shape[axis] ?? 1
    if (typeof size === "string") {
      if (start === 0 && step === 1 && end >= wholeFrom) return []
      throw shapeFault("Slice", `the size ${size} of axis ${axis} is not known`)
    }
    return [cutOf({ axis, size, start, end, step })]
  })
}

/** An end beyond every size means: to the end. Exporters write the greatest int32 or int64. */
const wholeFrom = 2 ** 31 - 1

function optional(call: Call, input: number): readonly number[] | null {
  const tensor = call.inputs[input] ?? null
  const values = constantInts(tensor)
  if (tensor !== null && values === null) throw shapeFault("Slice", "its axes or steps are no constants")
  return values
}

/** Starts and ends count from the end where they are negative, and are drawn in to what there is. */
function cutOf(call: { axis: number; size: number; start: number; end: number; step: number }): Cut {
  const { axis, size, step } = call
  if (step === 0) throw shapeFault("Slice", "a step of 0")
  const within = (place: number, least: number, greatest: number) =>
    Math.min(Math.max(place < 0 ? place + size : place, least), greatest)
  const start = step > 0 ? within(call.start, 0, size) : within(call.start, 0, size - 1)
  const end = step > 0 ? within(call.end, 0, size) : within(call.end, -1, size - 1)
  return { axis, size, start, count: Math.max(Math.ceil((end - start) / step), 0), step }
}

/** Zeros around what came, and between it: all axes with step 1 at once, every other by itself. */
function putBack(call: DerivativeCall, cuts: readonly Cut[]): SymbolicTensor {
  const { op } = call
  let gradient = gradientOf(call)
  for (const { axis, size, start, count, step } of cuts) {
    if (step === 1) continue
    const places = Array.from({ length: size }, (_, at) => {
      const from = (at - start) / step
      return Number.isInteger(from) && from >= 0 && from < count ? from : count
    })
    const ended = op("Pad", [gradient, integers([0, 1]), null, integers([axis])])
    gradient = op("Gather", [ended, integers(places)], { axis: int(axis) })
  }
  const whole = cuts.filter(({ step, size, count }) => step === 1 && count !== size)
  if (whole.length === 0) return gradient
  const pads = [
    ...whole.map(({ start }) => start),
    ...whole.map(({ start, count, size }) => size - start - count),
  ]
  return op("Pad", [gradient, integers(pads), null, integers(whole.map(({ axis }) => axis))])
}

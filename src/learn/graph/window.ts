/** @file Windows that move over the spatial axes of [batch, channels, ...sizes]: what convolutions and pools share. */
import { ints } from "../../onnx/attributes.ts"
import { type Call, inputOf, intOf, intsOf, shapeFault, textOf } from "./operator.ts"
import type { Attributes, Dimension, Shape } from "./tensor.ts"

/** One number per spatial axis throughout. */
export type Windows = {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** Zeros put before and after. */
  readonly before: readonly number[]
  readonly after: readonly number[]
}

/** The windows that attributes describe, over the first input; of `kernel` unless they say which. Throws GRAPH_SHAPE. */
export function windowsOf(operator: string, call: Call, kernel: readonly number[]): Windows {
  const rank = inputOf(call, 0).shape.length - 2
  if (rank < 1) throw shapeFault(operator, "it reads [batch, channels, ...sizes]")
  const { attributes } = call
  const own = intsOf(attributes, "kernel_shape") ?? kernel
  const ones = own.map(() => 1)
  const pads = intsOf(attributes, "pads") ?? [...own, ...own].map(() => 0)
  const windows: Windows = {
    kernel: own,
    strides: intsOf(attributes, "strides") ?? ones,
    dilations: intsOf(attributes, "dilations") ?? ones,
    before: pads.slice(0, rank),
    after: pads.slice(rank),
  }
  if (Object.values(windows).some((numbers) => numbers.length !== rank))
    throw shapeFault(operator, `its attributes are not of ${rank} spatial axes`)
  return withAutomaticPads(operator, call, windows)
}

/** `auto_pad` SAME: as many outputs as there are strides, the odd zero at the end (UPPER) or at the start (LOWER). */
function withAutomaticPads(operator: string, call: Call, windows: Windows): Windows {
  const mode = textOf(call.attributes, "auto_pad", "NOTSET")
  if (mode === "NOTSET") return windows
  const zeros = windows.kernel.map(() => 0)
  if (mode === "VALID") return { ...windows, before: zeros, after: zeros }
  const sizes = spatialSizes(operator, inputOf(call, 0).shape)
  const totals = sizes.map((size, axis) => {
    const stride = windows.strides[axis] ?? 1
    return Math.max((Math.ceil(size / stride) - 1) * stride + reachOf(windows, axis) - size, 0)
  })
  const less = totals.map((total) => Math.floor(total / 2))
  const more = totals.map((total) => Math.ceil(total / 2))
  return mode === "SAME_UPPER"
    ? { ...windows, before: less, after: more }
    : { ...windows, before: more, after: less }
}

/** Known sizes of the spatial axes. Throws GRAPH_SHAPE for free ones. */
export function spatialSizes(operator: string, shape: Shape): readonly number[] {
  const sizes = shape.slice(2)
  const known = sizes.filter((size) => typeof size === "number")
  if (known.length !== sizes.length)
    throw shapeFault(operator, `its sizes [${sizes.join(", ")}] are not all known`)
  return known
}

/** How many elements a window spans along an axis. */
export function reachOf({ kernel, dilations }: Windows, axis: number): number {
  return (dilations[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) + 1
}

/** How many windows fit along each axis; a part of one counts as one where `isCeiling`. Throws GRAPH_SHAPE where none does. */
export function windowCounts(
  operator: string,
  sizes: readonly number[],
  windows: Windows,
  isCeiling = false,
): readonly number[] {
  return sizes.map((size, axis) => {
    const stride = windows.strides[axis] ?? 1
    const before = windows.before[axis] ?? 0
    const whole = size + before + (windows.after[axis] ?? 0)
    const steps = (whole - reachOf(windows, axis)) / stride
    if (steps < 0) throw shapeFault(operator, `its window is larger than a size of ${whole}`)
    const last = isCeiling ? Math.ceil(steps) : Math.floor(steps)
    // A window that would begin among the zeros at the end is none.
    return last * stride >= size + before && isCeiling ? last : last + 1
  })
}

/** What is left over at the end of each axis where the last window stops short of it. */
export function remainders(sizes: readonly number[], windows: Windows): readonly number[] {
  return sizes.map((size, axis) => {
    const whole = size + (windows.before[axis] ?? 0) + (windows.after[axis] ?? 0)
    return (whole - reachOf(windows, axis)) % (windows.strides[axis] ?? 1)
  })
}

/** As attributes, without the kernel's shape, which a weight has itself. */
export function windowAttributes({ strides, dilations, before, after }: Windows): Attributes {
  return { strides: ints(strides), dilations: ints(dilations), pads: ints([...before, ...after]) }
}

/** Where in the flattened, padded sizes each element of each window is: [kernel elements, windows]. */
export function windowPlaces(
  padded: readonly number[],
  windows: Windows,
  counts: readonly number[],
): readonly number[] {
  const offsets = placesOf(windows.kernel, padded, windows.dilations)
  const starts = placesOf(counts, padded, windows.strides)
  return offsets.flatMap((offset) => starts.map((start) => start + offset))
}

/** Flat places of all index tuples below `counts`, each index times its step. */
function placesOf(
  counts: readonly number[],
  sizes: readonly number[],
  steps: readonly number[],
): readonly number[] {
  return counts.reduce<readonly number[]>(
    (places, count, axis) =>
      places.flatMap((place) =>
        Array.from({ length: count }, (_, at) => place * (sizes[axis] ?? 1) + at * (steps[axis] ?? 1)),
      ),
    [0],
  )
}

export function groupOf({ attributes }: Call): number {
  return intOf(attributes, "group", 1)
}

/** Known channels, of an output or of a weight. Throws GRAPH_SHAPE. */
export function knownSize(operator: string, size: Dimension | undefined): number {
  if (typeof size === "number") return size
  throw shapeFault(operator, `the number of channels ${size} is not known`)
}

/** @file Convolutions and pools by plain loops over one or two spatial axes, and examples of their windows. */
import fc from "fast-check"

import type { Attributes } from "../../../../src/learn/graph/tensor.ts"
import { int, ints } from "../../../../src/onnx/attributes.ts"
import { type Values, valuesOf } from "../check-gradient.ts"

export type Windows = {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly before: readonly number[]
  readonly after: readonly number[]
}

/** Of one or two axes; kernels up to 3, zeros fewer than the kernel is long. */
export const someWindows: fc.Arbitrary<Windows> = fc
  .array(
    fc.integer({ min: 1, max: 3 }).chain((kernel) =>
      fc.record({
        kernel: fc.constant(kernel),
        stride: fc.integer({ min: 1, max: 3 }),
        dilation: fc.integer({ min: 1, max: 2 }),
        before: fc.nat({ max: kernel - 1 }),
        after: fc.nat({ max: kernel - 1 }),
      }),
    ),
    { minLength: 1, maxLength: 2 },
  )
  .map((axes) => ({
    kernel: axes.map(({ kernel }) => kernel),
    strides: axes.map(({ stride }) => stride),
    dilations: axes.map(({ dilation }) => dilation),
    before: axes.map(({ before }) => before),
    after: axes.map(({ after }) => after),
  }))

export function attributesOf({ strides, dilations, before, after }: Windows, group = 1): Attributes {
  return {
    strides: ints(strides),
    dilations: ints(dilations),
    pads: ints([...before, ...after]),
    ...(group === 1 ? {} : { group: int(group) }),
  }
}

/** Sizes into which at least one window fits. */
export function sizesFor({ kernel, dilations, before, after }: Windows): fc.Arbitrary<readonly number[]> {
  return fc.tuple(
    ...kernel.map((size, axis) => {
      const reach = (dilations[axis] ?? 1) * (size - 1) + 1
      const least = Math.max(reach - (before[axis] ?? 0) - (after[axis] ?? 0), 1)
      return fc.integer({ min: least, max: least + 3 })
    }),
  )
}

/** x [batch, groups * in, ...sizes], weight [groups * out, in, ...kernel], bias [groups * out]. */
export const convolutions = fc
  .record({
    windows: someWindows,
    batch: fc.integer({ min: 1, max: 2 }),
    group: fc.integer({ min: 1, max: 2 }),
    inputs: fc.integer({ min: 1, max: 2 }),
    outputs: fc.integer({ min: 1, max: 2 }),
  })
  .chain(({ windows, batch, group, inputs, outputs }) =>
    sizesFor(windows).chain((sizes) =>
      fc.record({
        windows: fc.constant(windows),
        group: fc.constant(group),
        x: valuesOf([batch, group * inputs, ...sizes]),
        weight: valuesOf([group * outputs, inputs, ...windows.kernel]),
        bias: valuesOf([group * outputs]),
      }),
    ),
  )

/** Of two spatial axes; one is given as two, the first of size 1. */
type Plane = {
  readonly values: Values
  readonly batch: number
  readonly channels: number
  readonly height: number
  readonly width: number
}

function planeOf(values: Values): Plane {
  const [batch = 1, channels = 1, ...sizes] = values.shape
  const [height = 1, width = 1] = sizes.length === 1 ? [1, ...sizes] : sizes
  return { values, batch, channels, height, width }
}

function flatWindows(windows: Windows) {
  const both = (numbers: readonly number[], otherwise: number): readonly [number, number] => {
    const [first = otherwise, second = otherwise] = numbers.length === 1 ? [otherwise, ...numbers] : numbers
    return [first, second]
  }
  return {
    kernel: both(windows.kernel, 1),
    strides: both(windows.strides, 1),
    dilations: both(windows.dilations, 1),
    before: both(windows.before, 0),
    after: both(windows.after, 0),
  }
}

/** Calls with each window's elements, by their places in x; null where one is among the zeros. */
export function forEachWindow(
  values: Values,
  windows: Windows,
  visit: (window: {
    readonly image: number
    readonly channel: number
    readonly elements: readonly (number | null)[]
  }) => void,
): void {
  const { batch, channels, height, width } = planeOf(values)
  const { kernel, strides, dilations, before, after } = flatWindows(windows)
  for (let image = 0; image < batch; image++)
    for (let channel = 0; channel < channels; channel++)
      for (let top = -before[0]; top + dilations[0] * (kernel[0] - 1) < height + after[0]; top += strides[0])
        for (
          let left = -before[1];
          left + dilations[1] * (kernel[1] - 1) < width + after[1];
          left += strides[1]
        ) {
          const elements: (number | null)[] = []
          for (let row = 0; row < kernel[0]; row++)
            for (let column = 0; column < kernel[1]; column++) {
              const [y, x] = [top + row * dilations[0], left + column * dilations[1]]
              const isInside = y >= 0 && y < height && x >= 0 && x < width
              const at = ((image * channels + channel) * height + y) * width + x
              elements.push(isInside ? (values.data[at] ?? Number.NaN) : null)
            }
          visit({ image, channel, elements })
        }
}

/** The convolution, by its definition. */
export function convolve(
  { x, weight, bias }: { readonly x: Values; readonly weight: Values; readonly bias: Values },
  windows: Windows,
  group: number,
): readonly number[] {
  const [out = 1, inputs = 1] = weight.shape
  const size = weight.shape.slice(2).reduce((product, each) => product * each, 1)
  const channels = x.shape[1] ?? 1
  // Windows of one image and channel after the other.
  const byChannel = new Map<string, (readonly (number | null)[])[]>()
  forEachWindow(x, windows, ({ image, channel, elements }) => {
    const key = `${image}/${channel}`
    byChannel.set(key, [...(byChannel.get(key) ?? []), elements])
  })
  const result: number[] = []
  for (let image = 0; image < (x.shape[0] ?? 1); image++)
    for (let output = 0; output < out; output++) {
      const first = Math.floor(output / (out / group)) * (channels / group)
      const count = byChannel.get(`${image}/0`)?.length ?? 0
      for (let window = 0; window < count; window++) {
        let sum = bias.data[output] ?? 0
        for (let input = 0; input < inputs; input++) {
          const elements = byChannel.get(`${image}/${first + input}`)?.[window] ?? []
          for (const [at, element] of elements.entries())
            sum += (element ?? 0) * (weight.data[(output * inputs + input) * size + at] ?? 0)
        }
        result.push(sum)
      }
    }
  return result
}

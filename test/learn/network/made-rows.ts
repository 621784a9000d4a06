/** @file Rows made by a formula, for networks to learn from. */

/** `count` rows of `width` numbers between -1 and 1. */
export function madeRows(
  count: number,
  width: number,
): { readonly data: Float32Array; readonly shape: [number, number] } {
  const data = Float32Array.from({ length: count * width }, (_, at) =>
    Math.sin(at * 12.9898 + at * at * 0.0017),
  )
  return { data, shape: [count, width] }
}

/** 1 where the numbers of a row, with changing signs, add up to more than 0. */
export function madeClasses({ data, shape: [count, width] }: ReturnType<typeof madeRows>): Float32Array {
  return Float32Array.from({ length: count }, (_, row) => {
    let sum = 0
    for (let at = 0; at < width; at++) sum += (data[row * width + at] ?? 0) * (at % 2 === 0 ? 1 : -1)
    return sum > 0 ? 1 : 0
  })
}

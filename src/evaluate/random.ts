/** @file Random numbers as a function of (seed, stream, counter): no state, so any number can be drawn again alone. */

/** Key of one stream of numbers; streams of one seed (a replicate each) are independent for our purposes. */
export function streamKey(options: { readonly seed: number; readonly stream: number }): number {
  return mix32(mix32(options.seed ^ 0x9e3779b9) ^ Math.imul(options.stream + 1, 0x85ebca6b))
}

/**
 * The `counter`-th number of a stream, uint32. The counter passes the mixer before the key is added and again after it:
 * with one pass two streams would be the same sequence, shifted.
 */
export function randomUint32(key: number, counter: number): number {
  return mix32(mix32(counter + 0x6a09e667) + key)
}

/** A whole number in [0, below), biased by at most below / 2^32. */
export function randomBelow(key: number, counter: number, below: number): number {
  return Math.floor((randomUint32(key, counter) / 0x1_0000_0000) * below)
}

/** 0 to count - 1 in a random order (Fisher and Yates). */
export function randomOrder(key: number, count: number): Int32Array {
  const order = new Int32Array(count)
  for (let place = 0; place < count; place++) order[place] = place
  for (let left = count; left > 1; left--) {
    const other = randomBelow(key, left, left)
    const moved = order[other] ?? 0
    order[other] = order[left - 1] ?? 0
    order[left - 1] = moved
  }
  return order
}

/** Bijective mixer of 32 bits: two rounds of xor-shift and multiply (the constants of Wellons' low-bias search, 2018). */
export function mix32(value: number): number {
  let x = value >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return (x ^ (x >>> 16)) >>> 0
}

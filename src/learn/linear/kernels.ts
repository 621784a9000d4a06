/** @file Loops over a sparse design matrix and small dense systems, in float64. Parameters are feature-major: [feature, output]. */
// biome-ignore-all lint/style/noNonNullAssertion: only numeric kernels live here; their callers fix every length

/** Compressed rows (or columns): entries of line i are at starts[i] to starts[i + 1] of `indices` and `values`. */
export type Compressed = {
  readonly starts: Uint32Array
  readonly indices: Uint32Array
  readonly values: Float64Array
}

/** Row-major [rowCount, columnCount] without its zeros, and a last column of ones for the intercept. */
export function compressRows(features: Float32Array, rowCount: number, columnCount: number): Compressed {
  let count = rowCount
  for (let at = 0; at < features.length; at++) if (features[at] !== 0) count++
  const starts = new Uint32Array(rowCount + 1)
  const indices = new Uint32Array(count)
  const values = new Float64Array(count)
  let next = 0
  for (let row = 0; row < rowCount; row++) {
    const offset = row * columnCount
    for (let column = 0; column < columnCount; column++) {
      const value = features[offset + column]!
      if (value === 0) continue
      indices[next] = column
      values[next++] = value
    }
    indices[next] = columnCount
    values[next++] = 1
    starts[row + 1] = next
  }
  return { starts, indices, values }
}

/** The same entries by column. */
export function transpose(rows: Compressed, columnCount: number): Compressed {
  const rowCount = rows.starts.length - 1
  const starts = new Uint32Array(columnCount + 1)
  for (let at = 0; at < rows.indices.length; at++) starts[rows.indices[at]! + 1]!++
  for (let column = 0; column < columnCount; column++) starts[column + 1]! += starts[column]!
  const next = starts.slice()
  const indices = new Uint32Array(rows.indices.length)
  const values = new Float64Array(rows.indices.length)
  for (let row = 0; row < rowCount; row++)
    for (let at = rows.starts[row]!; at < rows.starts[row + 1]!; at++) {
      const to = next[rows.indices[at]!]!++
      indices[to] = row
      values[to] = rows.values[at]!
    }
  return { starts, indices, values }
}

/** margins[row, output] = sum over columns of x[row, column] * parameters[column, output] */
export function multiply(
  rows: Compressed,
  parameters: Float64Array,
  outputCount: number,
  margins: Float64Array,
): void {
  const { starts, indices, values } = rows
  const rowCount = starts.length - 1
  if (outputCount === 1) {
    for (let row = 0; row < rowCount; row++) {
      let sum = 0
      const end = starts[row + 1]!
      for (let at = starts[row]!; at < end; at++) sum += values[at]! * parameters[indices[at]!]!
      margins[row] = sum
    }
    return
  }
  margins.fill(0)
  for (let row = 0; row < rowCount; row++) {
    const to = row * outputCount
    const end = starts[row + 1]!
    for (let at = starts[row]!; at < end; at++) {
      const value = values[at]!
      const from = indices[at]! * outputCount
      for (let output = 0; output < outputCount; output++)
        margins[to + output]! += value * parameters[from + output]!
    }
  }
}

/** gradient[column, output] = sum over rows of x[row, column] * residuals[row, output] */
export function multiplyTransposed(
  rows: Compressed,
  residuals: Float64Array,
  outputCount: number,
  gradient: Float64Array,
): void {
  const { starts, indices, values } = rows
  const rowCount = starts.length - 1
  gradient.fill(0)
  for (let row = 0; row < rowCount; row++) {
    const from = row * outputCount
    const end = starts[row + 1]!
    for (let at = starts[row]!; at < end; at++) {
      const value = values[at]!
      const to = indices[at]! * outputCount
      for (let output = 0; output < outputCount; output++)
        gradient[to + output]! += value * residuals[from + output]!
    }
  }
}

/** Lower triangle of sum over rows of curvature[row] * x x^T, into row-major [size, size]. */
export function weightedGram(
  rows: Compressed,
  curvature: Float64Array,
  size: number,
  gram: Float64Array,
): void {
  const { starts, indices, values } = rows
  gram.fill(0)
  for (let row = 0; row < curvature.length; row++) {
    const start = starts[row]!
    const end = starts[row + 1]!
    for (let first = start; first < end; first++) {
      const scaled = curvature[row]! * values[first]!
      const line = indices[first]! * size
      for (let second = start; second <= first; second++)
        gram[line + indices[second]!]! += scaled * values[second]!
    }
  }
}

/**
 * Cholesky factor L of the matrix whose lower triangle is given, in its place. A pivot that rounding has made 0 or less is replaced
 * by a tiny part of its diagonal entry: the factor is a preconditioner, so that this costs iterations and not exactness.
 */
export function factorise(matrix: Float64Array, size: number): void {
  for (let column = 0; column < size; column++) {
    const line = column * size
    const diagonal = matrix[line + column]!
    let pivot = diagonal
    for (let k = 0; k < column; k++) pivot -= matrix[line + k]! * matrix[line + k]!
    const root = Math.sqrt(Math.max(pivot, 1e-13 * diagonal, Number.MIN_VALUE * 2 ** 60))
    matrix[line + column] = root
    for (let row = column + 1; row < size; row++) {
      const other = row * size
      let sum = matrix[other + column]!
      for (let k = 0; k < column; k++) sum -= matrix[other + k]! * matrix[line + k]!
      matrix[other + column] = sum / root
    }
  }
}

/** Solves L L^T x = right for the entries offset, offset + stride, ... of `right`, in their place. */
export function solveFactorised(
  factor: Float64Array,
  size: number,
  right: Float64Array,
  offset: number,
  stride: number,
): void {
  for (let row = 0; row < size; row++) {
    let sum = right[offset + row * stride]!
    for (let k = 0; k < row; k++) sum -= factor[row * size + k]! * right[offset + k * stride]!
    right[offset + row * stride] = sum / factor[row * size + row]!
  }
  for (let row = size - 1; row >= 0; row--) {
    const solved = right[offset + row * stride]! / factor[row * size + row]!
    right[offset + row * stride] = solved
    for (let k = 0; k < row; k++) right[offset + k * stride]! -= factor[row * size + k]! * solved
  }
}

export function dot(first: Float64Array, second: Float64Array): number {
  let sum = 0
  for (let at = 0; at < first.length; at++) sum += first[at]! * second[at]!
  return sum
}

/** target += factor * values */
export function addScaled(target: Float64Array, factor: number, values: Float64Array): void {
  for (let at = 0; at < target.length; at++) target[at]! += factor * values[at]!
}

/** into = start + factor * changes */
export function movedBy(
  into: Float64Array,
  start: Float64Array,
  factor: number,
  changes: Float64Array,
): void {
  for (let at = 0; at < into.length; at++) into[at] = start[at]! + factor * changes[at]!
}

/** Diagonal of the weighted Gram matrix: sum over rows of curvature[row] * x[row, column]^2. */
export function weightedSquares(rows: Compressed, curvature: Float64Array, squares: Float64Array): void {
  const { starts, indices, values } = rows
  squares.fill(0)
  for (let row = 0; row < curvature.length; row++) {
    const weight = curvature[row]!
    const end = starts[row + 1]!
    for (let at = starts[row]!; at < end; at++) squares[indices[at]!]! += weight * values[at]! * values[at]!
  }
}

/** Squared error: residual w (z - y), loss sum of w (z - y)^2 / 2. */
export function squaredResiduals(
  margins: Float64Array,
  targets: Float64Array,
  weights: Float64Array,
  residuals: Float64Array,
): number {
  let loss = 0
  for (let row = 0; row < weights.length; row++) {
    const difference = margins[row]! - targets[row]!
    residuals[row] = weights[row]! * difference
    loss += 0.5 * weights[row]! * difference * difference
  }
  return loss
}

/** Logistic loss of targets 0 and 1: probabilities p into `probabilities`, residual w (p - y), loss sum of w (log(1 + e^z) - y z). */
export function logisticResiduals(
  margins: Float64Array,
  targets: Float64Array,
  weights: Float64Array,
  probabilities: Float64Array,
  residuals: Float64Array,
): number {
  let loss = 0
  for (let row = 0; row < weights.length; row++) {
    const z = margins[row]!
    const small = Math.exp(-Math.abs(z))
    const p = z >= 0 ? 1 / (1 + small) : small / (1 + small)
    probabilities[row] = p
    residuals[row] = weights[row]! * (targets[row] === 1 ? -(z >= 0 ? small : 1) / (1 + small) : p)
    loss += weights[row]! * (Math.max(z, 0) - targets[row]! * z + Math.log1p(small))
  }
  return loss
}

/** Softmax cross-entropy of class targets: probabilities and residuals w (p - onehot) [rows, classes], loss sum of -w log p[target]. */
export function softmaxResiduals(
  margins: Float64Array,
  targets: Float64Array,
  weights: Float64Array,
  classCount: number,
  probabilities: Float64Array,
  residuals: Float64Array,
): number {
  let loss = 0
  for (let row = 0; row < weights.length; row++) {
    const start = row * classCount
    const end = start + classCount
    let greatest = margins[start]!
    for (let at = start + 1; at < end; at++) if (margins[at]! > greatest) greatest = margins[at]!
    let sum = 0
    for (let at = start; at < end; at++) {
      const value = Math.exp(margins[at]! - greatest)
      probabilities[at] = value
      sum += value
    }
    const weight = weights[row]!
    for (let at = start; at < end; at++) {
      probabilities[at]! /= sum
      residuals[at] = weight * probabilities[at]!
    }
    const target = start + targets[row]!
    residuals[target]! -= weight
    loss += weight * (Math.log(sum) + greatest - margins[target]!)
  }
  return loss
}

/** The softmax Hessian times changes of the margins: w p_k (u_k - sum over l of p_l u_l). */
export function softmaxCurvature(
  changes: Float64Array,
  weights: Float64Array,
  classCount: number,
  probabilities: Float64Array,
  products: Float64Array,
): void {
  for (let row = 0; row < weights.length; row++) {
    const start = row * classCount
    const end = start + classCount
    let mean = 0
    for (let at = start; at < end; at++) mean += probabilities[at]! * changes[at]!
    for (let at = start; at < end; at++)
      products[at] = weights[row]! * probabilities[at]! * (changes[at]! - mean)
  }
}

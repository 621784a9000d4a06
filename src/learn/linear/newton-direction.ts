/** @file The Newton direction by conjugate gradients, preconditioned by each output's own block of the Hessian, factorised. */
import {
  addScaled,
  dot,
  factorise,
  multiply,
  multiplyTransposed,
  solveFactorised,
  weightedGram,
  weightedSquares,
} from "./kernels.ts"
import type { Problem } from "./problem.ts"

const conjugateStepsMax = 500
/** Columns above which a factor (cubic in them) costs more than it saves; the Hessian's diagonal then takes its place. */
const factorisedColumnsMax = 1_500

export type NewtonDirection = (options: {
  /** Derivatives of what is smooth in the parameters that may move. */
  readonly gradient: Float64Array
  /** 1 for each parameter [size, outputs] that may move; null: all. */
  readonly isFree: Uint8Array | null
  readonly ridge: number
}) => Float64Array

/**
 * A function that gives the direction d with Hessian d = -gradient, at the margins that the loss was evaluated at last. For one output the
 * block is the Hessian itself, so that one conjugate step is exact as long as the factor is fresh; the factor is kept while conjugate
 * steps stay cheaper than a new one.
 */
export function createNewtonDirection(problem: Problem): NewtonDirection {
  const { rows, size, loss } = problem
  const margins = (rows.starts.length - 1) * loss.outputCount
  const buffers = {
    changes: new Float64Array(margins),
    products: new Float64Array(margins),
    result: new Float64Array(size * loss.outputCount),
  }
  const preconditioner = createPreconditioner(problem)
  return ({ gradient, isFree, ridge }) => {
    preconditioner.refresh({ isFree, ridge })
    return conjugateGradients(gradient, {
      precondition: (vector) => {
        preconditioner.apply(vector)
        restrict(vector, isFree)
      },
      hessian: (vector) => hessianProduct(problem, ridge, vector, buffers),
      isFree,
      took: preconditioner.took,
    })
  }
}

/** Preconditioned conjugate gradients (Nocedal and Wright 2006, algorithm 5.3), from 0. */
function conjugateGradients(
  gradient: Float64Array,
  system: {
    readonly precondition: (vector: Float64Array) => void
    readonly hessian: (vector: Float64Array) => Float64Array
    readonly isFree: Uint8Array | null
    readonly took: (steps: number) => void
  },
): Float64Array {
  const direction = new Float64Array(gradient.length)
  const remainder = gradient.slice()
  restrict(remainder, system.isFree)
  const applied = remainder.slice()
  system.precondition(applied)
  const conjugate = applied.map((value) => -value)
  let square = dot(remainder, applied)
  // The closer to the optimum, the more exact the direction must be for quadratic convergence.
  const goal = square * Math.min(1e-4, square)
  let steps = 0
  while (steps < conjugateStepsMax && square > goal && square > Number.MIN_VALUE) {
    const product = system.hessian(conjugate)
    restrict(product, system.isFree)
    const curvature = dot(conjugate, product)
    if (curvature <= 0) break
    addScaled(direction, square / curvature, conjugate)
    addScaled(remainder, square / curvature, product)
    applied.set(remainder)
    system.precondition(applied)
    const nextSquare = dot(remainder, applied)
    const carried = nextSquare / square
    for (let at = 0; at < conjugate.length; at++)
      conjugate[at] = carried * (conjugate[at] ?? 0) - (applied[at] ?? 0)
    square = nextSquare
    steps++
  }
  system.took(steps)
  return direction
}

function restrict(vector: Float64Array, isFree: Uint8Array | null): void {
  if (isFree === null) return
  for (const [at, free] of isFree.entries()) if (free === 0) vector[at] = 0
}

/** Hessian times a vector of parameters: X^T curve(X v) + ridge v. */
function hessianProduct(
  { rows, loss }: Problem,
  ridge: number,
  vector: Float64Array,
  { changes, products, result }: { changes: Float64Array; products: Float64Array; result: Float64Array },
): Float64Array {
  const { outputCount } = loss
  multiply(rows, vector, outputCount, changes)
  loss.curve(changes, products)
  multiplyTransposed(rows, products, outputCount, result)
  addScaled(result.subarray(0, -outputCount), ridge, vector.subarray(0, -outputCount))
  return result
}

type Preconditioner = {
  /** Makes the blocks again when other parameters may move or the last use of them was costly. */
  readonly refresh: (options: { readonly isFree: Uint8Array | null; readonly ridge: number }) => void
  readonly apply: (vector: Float64Array) => void
  /** Reports how many conjugate steps the direction took. */
  readonly took: (steps: number) => void
}

function createPreconditioner(problem: Problem): Preconditioner {
  const { rows, size, loss } = problem
  const { outputCount } = loss
  const curvature = new Float64Array(rows.starts.length - 1)
  const isFactorised = size <= factorisedColumnsMax
  const blocks = Array.from(
    { length: outputCount },
    () => new Float64Array(isFactorised ? size * size : size),
  )
  const worthwhileSteps = Math.max(4, isFactorised ? gramCostInSteps(problem) : 0)
  let stepsTaken = Number.POSITIVE_INFINITY
  let ofParameters: Uint8Array | null = null
  return {
    refresh: ({ isFree, ridge }) => {
      if (isFactorised && stepsTaken <= worthwhileSteps && isSame(ofParameters, isFree)) return
      ofParameters = isFree?.slice() ?? null
      for (const [output, block] of blocks.entries()) {
        loss.curvature(output, curvature)
        if (!isFactorised) {
          diagonalBlock(problem, curvature, block, ridge)
          continue
        }
        weightedGram(rows, curvature, size, block)
        for (let at = 0; at < size - 1; at++) block[at * size + at] = (block[at * size + at] ?? 0) + ridge
        if (isFree !== null)
          keepFree(
            block,
            size,
            isFree.filter((_, at) => at % outputCount === output),
          )
        factorise(block, size)
      }
    },
    apply: (vector) => {
      for (const [output, block] of blocks.entries()) {
        if (isFactorised) solveFactorised(block, size, vector, output, outputCount)
        else divideByDiagonal(block, vector, { offset: output, stride: outputCount })
      }
    },
    took: (steps) => {
      stepsTaken = steps
    },
  }
}

function isSame(first: Uint8Array | null, second: Uint8Array | null): boolean {
  if (first === null || second === null) return first === second
  return first.every((value, at) => value === second[at])
}

/** How many conjugate steps (two passes over the entries) cost as much as the Gram matrix (all pairs of a row's entries). */
function gramCostInSteps({ rows }: Problem): number {
  let pairs = 0
  for (let row = 0; row + 1 < rows.starts.length; row++) {
    const count = (rows.starts[row + 1] ?? 0) - (rows.starts[row] ?? 0)
    pairs += (count * count) / 2
  }
  return Math.round(pairs / (2 * rows.indices.length))
}

/** Lines and columns of parameters that may not move become those of the identity. */
function keepFree(block: Float64Array, size: number, isFree: Uint8Array): void {
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++)
      if (isFree[row] === 0 || isFree[column] === 0) block[row * size + column] = row === column ? 1 : 0
}

function diagonalBlock(
  { rows, size }: Problem,
  curvature: Float64Array,
  block: Float64Array,
  ridge: number,
): void {
  weightedSquares(rows, curvature, block)
  for (let column = 0; column < size - 1; column++) block[column] = (block[column] ?? 0) + ridge
}

function divideByDiagonal(
  diagonal: Float64Array,
  vector: Float64Array,
  { offset, stride }: { readonly offset: number; readonly stride: number },
): void {
  for (const [column, value] of diagonal.entries()) {
    const at = column * stride + offset
    if (value > 0) vector[at] = (vector[at] ?? 0) / value
  }
}

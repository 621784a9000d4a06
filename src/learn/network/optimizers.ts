/** @file Optimisers by Keras 3's definitions and defaults; `form: "pytorch"` gives PyTorch's, where they differ. */
import assert from "node:assert"

import { z } from "zod"

import { fault } from "../../base/errors.ts"
import type { optimizerNames } from "../../base/training-choices.ts"

import { op } from "../graph/op.ts"
import { scalar } from "../graph/operator.ts"
import type { SymbolicTensor } from "../graph/tensor.ts"
import { above, atLeast, checkSettings, flag, oneOf, within } from "./settings.ts"

/** Whose formula, and whose defaults. */
export type OptimizerForm = "keras" | "pytorch"

/** How gradients are cut before they are used; Keras allows one of them. */
export type Clipping = {
  /** Each parameter's gradient is scaled down to this length. */
  readonly clipNorm?: number
  /** All gradients together are. */
  readonly globalClipNorm?: number
  /** Each element is drawn in to -clipValue..clipValue. */
  readonly clipValue?: number
}

/** What SGD, RMSprop, Adam and AdamW make: numbers for each step, and the update as nodes. */
export type Optimizer = {
  readonly name: string
  readonly learningRate: number
  readonly clipping: Clipping
  /** What else was chosen, to be told and compared. */
  readonly settings: Readonly<Record<string, number | boolean | string>>
  /** Moments a parameter has. */
  readonly slotCount: number
  /** The numbers of a step, counted from 1, that the update reads: computed in float64, rounded once. */
  readonly scalars: (step: number, learningRate: number) => readonly number[]
  readonly update: (call: UpdateCall) => Updated
}

const common = {
  learningRate: above(0).optional(),
  form: oneOf(["keras", "pytorch"]).optional(),
  clipNorm: above(0).optional(),
  globalClipNorm: above(0).optional(),
  clipValue: above(0).optional(),
}

/** All of one shape, but for the scalars. */
export type UpdateCall = {
  readonly parameter: SymbolicTensor
  readonly gradient: SymbolicTensor
  readonly slots: readonly SymbolicTensor[]
  readonly scalars: readonly SymbolicTensor[]
}

/** After the step. */
export type Updated = { readonly parameter: SymbolicTensor; readonly slots: readonly SymbolicTensor[] }

type CommonOptions = Clipping & { readonly learningRate?: number; readonly form?: OptimizerForm }

const sgdSchema = z.strictObject({ ...common, momentum: within(0, 1).optional(), nesterov: flag.optional() })

/** Rate 0.01, no momentum unless said. */
export type SGDOptions = CommonOptions & { readonly momentum?: number; readonly nesterov?: boolean }

/**
 * Gradient descent. Keras: m' = momentum m - rate g; w += m', or momentum m' - rate g with Nesterov. PyTorch: m' = momentum m + g;
 * w -= rate m', or rate (g + momentum m'): the same at a constant rate.
 */
export function SGD(options: SGDOptions = {}): Optimizer {
  checkSettings(sgdSchema, options)
  const { learningRate = 0.01, momentum = 0, nesterov = false, form = "keras" } = options
  const update = momentum === 0 ? plainStep : form === "keras" ? kerasMomentum : pytorchMomentum
  return {
    name: momentum === 0 ? "sgd" : nesterov ? "nesterov" : "momentum",
    learningRate,
    clipping: clippingOf(options),
    settings: { momentum, nesterov, form },
    slotCount: momentum === 0 ? 0 : 1,
    scalars: (_, rate) => [rate],
    update: (call) => update(call, momentum, nesterov),
  }
}

function plainStep({ parameter, gradient, scalars }: UpdateCall): Updated {
  const [rate = null] = scalars
  return { parameter: op("Sub", [parameter, op("Mul", [gradient, rate])]), slots: [] }
}

function kerasMomentum(call: UpdateCall, momentum: number, nesterov: boolean): Updated {
  const { parameter, gradient } = call
  const [velocity = null] = call.slots
  const [rate = null] = call.scalars
  const factor = scalar(parameter.type, momentum)
  const pull = op("Mul", [gradient, rate])
  const next = op("Sub", [op("Mul", [velocity, factor]), pull])
  const move = nesterov ? op("Sub", [op("Mul", [next, factor]), pull]) : next
  return { parameter: op("Add", [parameter, move]), slots: [next] }
}

function pytorchMomentum(call: UpdateCall, momentum: number, nesterov: boolean): Updated {
  const { parameter, gradient } = call
  const [velocity = null] = call.slots
  const [rate = null] = call.scalars
  const factor = scalar(parameter.type, momentum)
  const next = op("Add", [op("Mul", [velocity, factor]), gradient])
  const move = nesterov ? op("Add", [gradient, op("Mul", [next, factor])]) : next
  return { parameter: op("Sub", [parameter, op("Mul", [move, rate])]), slots: [next] }
}

const rmspropSchema = z.strictObject({
  ...common,
  rho: within(0, 1).optional(),
  momentum: within(0, 1).optional(),
  epsilon: above(0).optional(),
  centered: flag.optional(),
})

/** Rate 0.001, rho 0.9, epsilon 1e-7 unless said; as PyTorch 0.01, 0.99, 1e-8. */
export type RMSpropOptions = CommonOptions & {
  readonly rho?: number
  readonly momentum?: number
  readonly epsilon?: number
  readonly centered?: boolean
}

/**
 * v' = rho v + (1 - rho) g^2, step rate g / sqrt(v' + epsilon) (Keras; less the squared mean gradient when centred) or rate g / (sqrt(v') +
 * epsilon) (PyTorch). Tieleman & Hinton 2012.
 */
export function RMSprop(options: RMSpropOptions = {}): Optimizer {
  checkSettings(rmspropSchema, options)
  const { form = "keras", centered = false, momentum = 0, ...others } = options
  const { learningRate = form === "keras" ? 0.001 : 0.01, rho = form === "keras" ? 0.9 : 0.99 } = others
  const { epsilon = form === "keras" ? 1e-7 : 1e-8 } = others
  return {
    name: "rmsprop",
    learningRate,
    clipping: clippingOf(options),
    settings: { form, rho, epsilon, centered, momentum },
    slotCount: 1 + (centered ? 1 : 0) + (momentum > 0 ? 1 : 0),
    scalars: (_, rate) => [rate],
    update: (call) => rmspropStep(call, { form, rho, epsilon, centered, momentum }),
  }
}

function rmspropStep(
  call: UpdateCall,
  options: {
    readonly form: OptimizerForm
    readonly rho: number
    readonly epsilon: number
    readonly centered: boolean
    readonly momentum: number
  },
): Updated {
  const { parameter, gradient, slots } = call
  const { form, rho, epsilon, centered, momentum } = options
  const { type } = parameter
  const [rate = null] = call.scalars
  const [square] = slots
  const squares = averaged(square, op("Mul", [gradient, gradient]), rho)
  const average = centered ? averaged(slots[1], gradient, rho) : null
  const spread = average === null ? squares : op("Sub", [squares, op("Mul", [average, average])])
  const safe = scalar(type, epsilon)
  const root =
    form === "keras" ? op("Sqrt", [op("Add", [spread, safe])]) : op("Add", [op("Sqrt", [spread]), safe])
  const kept = [squares, ...(average === null ? [] : [average])]
  if (momentum === 0) {
    const step = op("Div", [op("Mul", [gradient, rate]), root])
    return { parameter: op("Sub", [parameter, step]), slots: kept }
  }
  const velocity = op("Mul", [slots[kept.length] ?? null, scalar(type, momentum)])
  if (form === "keras") {
    const next = op("Add", [velocity, op("Div", [op("Mul", [gradient, rate]), root])])
    return { parameter: op("Sub", [parameter, next]), slots: [...kept, next] }
  }
  const next = op("Add", [velocity, op("Div", [gradient, root])])
  return { parameter: op("Sub", [parameter, op("Mul", [next, rate])]), slots: [...kept, next] }
}

const adamShape = {
  ...common,
  beta1: within(0, 1).optional(),
  beta2: within(0, 1).optional(),
  epsilon: above(0).optional(),
}

/** Rate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7 unless said; as PyTorch epsilon 1e-8. */
export type AdamOptions = CommonOptions & {
  readonly beta1?: number
  readonly beta2?: number
  readonly epsilon?: number
}

/** Kingma & Ba 2015. Keras adds epsilon (1e-7) to the root before it is corrected for bias, PyTorch (1e-8) after. */
export function Adam(options: AdamOptions = {}): Optimizer {
  checkSettings(z.strictObject(adamShape), options)
  return adaptive("adam", { ...options, weightDecay: 0 })
}

/** As Adam, with a decay of 0.004; as PyTorch 0.01. */
export type AdamWOptions = AdamOptions & { readonly weightDecay?: number }

/** Adam with weights that shrink by rate * weightDecay at each step, apart from the gradient (Loshchilov & Hutter 2019). */
export function AdamW(options: AdamWOptions = {}): Optimizer {
  checkSettings(z.strictObject({ ...adamShape, weightDecay: atLeast(0).optional() }), options)
  const { weightDecay = options.form === "pytorch" ? 0.01 : 0.004 } = options
  return adaptive("adamW", { ...options, weightDecay })
}

/**
 * The moments are carried without their factors 1 - beta, which the rate takes over: two nodes and two passes over the weights less, the same
 * numbers but for rounding.
 */
function adaptive(name: string, options: AdamOptions & { readonly weightDecay: number }): Optimizer {
  const { form = "keras", beta1 = 0.9, beta2 = 0.999, learningRate = 0.001, weightDecay } = options
  const { epsilon = form === "keras" ? 1e-7 : 1e-8 } = options
  const scale = Math.sqrt(1 - beta2)
  return {
    name,
    learningRate,
    clipping: clippingOf(options),
    settings: { form, beta1, beta2, epsilon, weightDecay },
    slotCount: 2,
    scalars: (step, rate) => {
      const root = Math.sqrt(1 - beta2 ** step)
      const corrected = ((rate * root) / (1 - beta1 ** step)) * ((1 - beta1) / scale)
      // PyTorch's epsilon, moved in front of the correction that the rate takes over.
      const safe = form === "pytorch" ? [(epsilon * root) / scale] : []
      return [corrected, ...safe, ...(weightDecay === 0 ? [] : [1 - rate * weightDecay])]
    },
    update: ({ parameter, gradient, slots, scalars }) => {
      const { type } = parameter
      const [rate = null, ...others] = scalars
      const safe = form === "pytorch" ? (others[0] ?? null) : scalar(type, epsilon / scale)
      const decay = weightDecay === 0 ? null : (others.at(-1) ?? null)
      const first = op("Add", [op("Mul", [slots[0] ?? null, scalar(type, beta1)]), gradient])
      const squares = op("Mul", [gradient, gradient])
      const second = op("Add", [op("Mul", [slots[1] ?? null, scalar(type, beta2)]), squares])
      const kept = decay === null ? parameter : op("Mul", [parameter, decay])
      const step = op("Div", [op("Mul", [first, rate]), op("Add", [op("Sqrt", [second]), safe])])
      return { parameter: op("Sub", [kept, step]), slots: [first, second] }
    },
  }
}

/** old + (new - old) (1 - keep): three nodes, as Keras computes it. */
function averaged(old: SymbolicTensor | undefined, next: SymbolicTensor, keep: number): SymbolicTensor {
  assert(old !== undefined)
  const change = op("Mul", [op("Sub", [next, old]), scalar(next.type, 1 - keep)])
  return op("Add", [old, change])
}

/** The kind of clipping that was chosen, if any. Throws NETWORK_SETTING for two. */
function clippingOf({ clipNorm, globalClipNorm, clipValue }: CommonOptions): Clipping {
  const clipping = {
    ...(clipNorm === undefined ? {} : { clipNorm }),
    ...(globalClipNorm === undefined ? {} : { globalClipNorm }),
    ...(clipValue === undefined ? {} : { clipValue }),
  }
  const chosen = Object.keys(clipping)
  if (chosen.length > 1)
    throw fault("NETWORK_SETTING", { name: "clipping", got: chosen.join(" and "), expected: "one of them" })
  return clipping
}

/** With the defaults of Keras; momentum and nesterov are SGD with a momentum of 0.9. */
export type OptimizerName = (typeof optimizerNames)[number]

/** An optimiser by name, with its defaults. */
export function optimizerNamed(
  name: OptimizerName,
  options: { readonly learningRate?: number } = {},
): Optimizer {
  switch (name) {
    case "sgd":
      return SGD(options)
    case "momentum":
      return SGD({ ...options, momentum: 0.9 })
    case "nesterov":
      return SGD({ ...options, momentum: 0.9, nesterov: true })
    case "rmsprop":
      return RMSprop(options)
    case "adam":
      return Adam(options)
    case "adamW":
      return AdamW(options)
  }
}

/** Gradients after clipping, by Keras's rules. */
export function clip(clipping: Clipping, gradients: readonly SymbolicTensor[]): readonly SymbolicTensor[] {
  const { clipNorm, globalClipNorm, clipValue } = clipping
  if (clipNorm !== undefined)
    return gradients.map((gradient) => shrunk(gradient, lengthOf([gradient]), clipNorm))
  if (globalClipNorm !== undefined) {
    const length = lengthOf(gradients)
    return gradients.map((gradient) => shrunk(gradient, length, globalClipNorm))
  }
  if (clipValue === undefined) return gradients
  return gradients.map((gradient) =>
    op("Clip", [gradient, scalar(gradient.type, -clipValue), scalar(gradient.type, clipValue)]),
  )
}

function lengthOf(gradients: readonly SymbolicTensor[]): SymbolicTensor {
  const squares = gradients.map((gradient) =>
    op("ReduceSum", [op("Mul", [gradient, gradient])], { keepdims: { kind: "int", value: 0n } }),
  )
  return op("Sqrt", [squares.reduce((sum, square) => op("Add", [sum, square]))])
}

/** gradient * limit / max(length, limit) */
function shrunk(gradient: SymbolicTensor, length: SymbolicTensor, limit: number): SymbolicTensor {
  const bound = scalar(gradient.type, limit)
  const factor = op("Div", [bound, op("Max", [length, bound])])
  return op("Mul", [gradient, factor])
}

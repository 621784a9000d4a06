/** @file The graphs of a network: one that trains (a Scan over minibatches), one that evaluates, and the nodes of the one that serves. */
import assert from "node:assert"

import { int } from "../../onnx/attributes.ts"
import { createGraphBuilder, type GraphBuilder } from "../../onnx/builder.ts"
import { encodeModel } from "../../onnx/codec.ts"
import { float32, int64 } from "../../onnx/tensors.ts"
import { createEmitter, type Emitter } from "../graph/emit.ts"
import { gradients } from "../graph/gradient.ts"
import { op } from "../graph/op.ts"
import { castTo } from "../graph/random.ts"
import { emitScan, type Steps } from "../graph/scan.ts"
import { constant, placeholder, type SymbolicTensor } from "../graph/tensor.ts"
import type { ModelTensor } from "./layer.ts"
import { type Group, groupParameters, joined, parametersOf } from "./layout.ts"
import { type Loss, type LossInput, lossInputOf, lossOfRows } from "./losses.ts"
import { clip, type Optimizer } from "./optimizers.ts"
import { penaltyOf, type Regularizer } from "./regularizers.ts"
import { type Bindings, type Network, type NetworkPlan, planNetwork, traceNetwork } from "./trace.ts"

/** What training minimises: per output a loss, its weight, and the type and row shape of its targets. */
export type Objective = {
  readonly losses: readonly {
    readonly loss: Loss
    readonly weight: number
    readonly target: { readonly type: "float32" | "int64"; readonly shape: readonly number[] }
  }[]
  /** On every kernel that has no regularizer of its own. */
  readonly regularizer: Regularizer | null
  readonly hasWeights: boolean
}

/** A tensor that is handed from call to call, by the name of its input and, with `next_` before it, of its output. */
export type Carried = { readonly name: string; readonly shape: readonly number[] }

export type TrainingGraph = {
  readonly bytes: Uint8Array
  readonly carried: readonly Carried[]
  /** Inputs `rate0`, `rate1` ... float32 [steps]. */
  readonly scalarCount: number
  /** Inputs `key0` ... int32 [steps]. */
  readonly keyCount: number
}

/** Where weights lie in `carried`: groups first (`g0`, `g1` ...), each with its moments (`g0_m0` ...), then states (`s0` ...). */
export type NetworkLayout = {
  readonly plan: NetworkPlan
  readonly groups: readonly Group[]
}

export function layoutOf(network: Network): NetworkLayout {
  const plan = planNetwork(network)
  return { plan, groups: groupParameters(plan.parameters.map(({ shape }) => shape)) }
}

/**
 * Inputs: carried tensors; data `x0` ... [rows, ...], `y0` ..., `w` [rows] where rows have weights; `indices` int32 [steps, batch]: the rows of
 * each step; scalars and keys [steps]. Outputs: carried tensors as `next_...`; `losses` float32 [steps], each before its step's update;
 * `predictions0` ... [steps * batch, ...] of the same moments where asked for.
 */
export function compileTraining(options: {
  readonly network: Network
  readonly layout: NetworkLayout
  readonly objective: Objective
  readonly optimizer: Optimizer
  readonly withPredictions: boolean
}): TrainingGraph {
  const { network, layout, objective, optimizer } = options
  const builder = createGraphBuilder()
  const emitter = createEmitter(builder)
  const input = (name: string, type: "float32" | "int64" | "int32", shape: readonly (number | string)[]) => {
    const tensor = placeholder(name, type, shape)
    emitter.bind(tensor, builder.input(name, type, shape))
    return tensor
  }
  const data = declareData(network, objective, input)
  const indices = input("indices", "int32", ["steps", "batch"])
  const step = declareStep({ layout, optimizer, data, indices, input })
  const batch = emitBatchFacts(builder, emitter)
  const traced = traceNetwork(network, { ...step.bindings, rowNumbers: batch.rowNumbers })
  const inputs = traced.outputs.map((output, index) => lossInputOf(lossAt(objective, index).loss, output))
  const share = step.weights === null ? batch.share : op("Mul", [step.weights, batch.share])
  const rowLosses = inputs.map((value, index) => {
    const rows = lossOfRows(lossAt(objective, index).loss, step.targets[index] ?? missing(), value)
    const { weight } = lossAt(objective, index)
    return { output: rows, seed: weight === 1 ? share : op("Mul", [share, scalarOf(weight)]) }
  })
  const penalty = totalPenalty(layout.plan, objective.regularizer, step.parameters)
  const goals = penalty === null ? rowLosses : [...rowLosses, { output: penalty, seed: scalarOf(1) }]
  const found = gradients(goals, step.parameters).map((gradient, index) => {
    assert(gradient !== null, `${layout.plan.parameters[index]?.name} does nothing`)
    return gradient
  })
  const clipped = clip(optimizer.clipping, found)
  const carried = step.groups.flatMap(({ group, current, slots }) => {
    const gradient = joined(group, (index) => clipped[index] ?? missing())
    const updated = optimizer.update({ parameter: current, gradient, slots, scalars: step.scalars })
    return [
      { current, next: updated.parameter },
      ...slots.map((slot, index) => ({ current: slot, next: updated.slots[index] ?? missing() })),
    ]
  })
  const states = step.states.map((current, index) => ({
    current,
    next: traced.updates.get(index) ?? current,
  }))
  const all = [...carried, ...states]
  const wholes = inputs.map(({ value }, index) =>
    placeholder(`whole${index}`, value.type, ["steps", ...value.shape]),
  )
  const penalties = placeholder("penalties", "float32", ["steps"])
  const names = emitScan(builder, emitter, {
    carried: all.map(({ current, next }, index) => ({
      current,
      next,
      start: step.starts[index] ?? missing(),
    })),
    walked: step.walked,
    stacked: [
      ...inputs.map(({ value }, index) => ({ part: value, whole: wholes[index] ?? missing() })),
      ...(penalty === null ? [] : [{ part: penalty, whole: penalties }]),
    ],
  })
  const carriedNames = step.starts.map((start) => nameOf(start))
  for (const [index, name] of names.entries())
    builder.output(name, `next_${carriedNames[index]}`, "float32", all[index]?.current.shape ?? [])
  emitLosses({
    builder,
    emitter,
    objective,
    inputs,
    wholes,
    penalties: penalty === null ? null : penalties,
    data,
    withPredictions: options.withPredictions,
  })
  return {
    bytes: encodeModel(builder.build({ name: "training", metadata: {} })),
    carried: step.starts.map((start) => ({ name: nameOf(start), shape: start.shape.map(Number) })),
    scalarCount: step.scalars.length,
    keyCount: layout.plan.randomCount,
  }
}

type DeclareInput = (
  name: string,
  type: "float32" | "int64" | "int32",
  shape: readonly (number | string)[],
) => SymbolicTensor

type Data = {
  readonly xs: readonly SymbolicTensor[]
  readonly ys: readonly SymbolicTensor[]
  readonly weights: SymbolicTensor | null
}

function declareData(network: Network, objective: Objective, input: DeclareInput): Data {
  return {
    xs: network.inputs.map(({ type, shape }, index) => input(`x${index}`, type, ["rows", ...shape])),
    ys: objective.losses.map(({ target }, index) =>
      input(`y${index}`, target.type, ["rows", ...target.shape]),
    ),
    weights: objective.hasWeights ? input("w", "float32", ["rows"]) : null,
  }
}

/** Everything that a step reads: what is carried, its batch, its scalars. */
function declareStep(options: {
  readonly layout: NetworkLayout
  readonly optimizer: Optimizer
  readonly data: Data
  readonly indices: SymbolicTensor
  readonly input: DeclareInput
}) {
  const { layout, optimizer, data, indices, input } = options
  const { plan } = layout
  const starts: SymbolicTensor[] = []
  const carry = (name: string, shape: readonly number[]) => {
    starts.push(input(name, "float32", shape))
    return placeholder(name, "float32", shape)
  }
  const shapes = plan.parameters.map(({ shape }) => shape)
  const groups = layout.groups.map((group, at) => ({
    group,
    current: carry(`g${at}`, group.shape),
    slots: Array.from({ length: optimizer.slotCount }, (_, slot) => carry(`g${at}_m${slot}`, group.shape)),
  }))
  const states = plan.states.map(({ shape }, at) => carry(`s${at}`, shape))
  const byPlace = new Map(groups.flatMap(({ group, current }) => [...parametersOf(group, current, shapes)]))
  const parameters = shapes.map((_, index) => byPlace.get(index) ?? missing())

  const walked: Steps["walked"][number][] = []
  const walk = (name: string, type: "float32" | "int32") => {
    const slice = placeholder(name, type, [])
    walked.push({ slice, sequence: input(name, type, ["steps"]) })
    return slice
  }
  const scalarCount = optimizer.scalars(1, optimizer.learningRate).length
  const scalars = Array.from({ length: scalarCount }, (_, at) => walk(`rate${at}`, "float32"))
  const keys = Array.from({ length: plan.randomCount }, (_, at) => walk(`key${at}`, "int32"))
  const pick = (tensor: SymbolicTensor) => {
    const slice = placeholder(`batch${walked.length}`, tensor.type, ["batch", ...tensor.shape.slice(1)])
    walked.push({ slice, sequence: op("Gather", [tensor, indices]) })
    return slice
  }
  const bindings: Omit<Bindings, "rowNumbers"> = {
    isTraining: true,
    floatType: "float32",
    inputs: data.xs.map(pick),
    parameter: (index) => parameters[index] ?? missing(),
    state: (index) => states[index] ?? missing(),
    randomKey: (index) => castTo(keys[index] ?? missing(), "uint32"),
  }
  return {
    starts,
    groups,
    states,
    parameters,
    walked,
    scalars,
    bindings,
    targets: data.ys.map(pick),
    weights: data.weights === null ? null : pick(data.weights),
  }
}

/** Facts of all steps of a call, outside of them: 1 / batch, and the numbers of a batch's rows. */
function emitBatchFacts(builder: GraphBuilder, emitter: Emitter) {
  const size = builder.op("Shape", ["indices"], { start: int(1), end: int(2) })
  const single = builder.op("Reshape", [size, builder.constant(int64([], [0]))])
  const count = builder.op("Cast", [single], { to: int(1) })
  const share = placeholder("share", "float32", [])
  emitter.bind(share, builder.op("Reciprocal", [count]))
  const rowNumbers = placeholder("rowNumbers", "int32", ["batch"])
  const from = builder.constant(int64([0], []))
  const step = builder.constant(int64([1], []))
  emitter.bind(rowNumbers, builder.op("Cast", [builder.op("Range", [from, single, step])], { to: int(6) }))
  return { share, rowNumbers }
}

/** Losses and predictions of all steps at once: cheaper than node by node within each. */
function emitLosses(options: {
  readonly builder: GraphBuilder
  readonly emitter: Emitter
  readonly objective: Objective
  readonly inputs: readonly LossInput[]
  readonly wholes: readonly SymbolicTensor[]
  readonly penalties: SymbolicTensor | null
  readonly data: Data
  readonly withPredictions: boolean
}): void {
  const { builder, emitter, objective, inputs, wholes, penalties, data } = options
  const flat = builder.op("Reshape", ["indices", builder.constant(int64([-1]))])
  const cells = placeholder("cells", "int32", ["cells"])
  emitter.bind(cells, flat)
  const losses = inputs.map((input, index) => {
    const whole = wholes[index] ?? missing()
    const sizes = input.value.shape.slice(1).map(Number)
    const rows = builder.op("Reshape", [emitter.value(whole), builder.constant(int64([-1, ...sizes]))])
    const value = placeholder(`rows${index}`, input.value.type, ["cells", ...sizes])
    emitter.bind(value, rows)
    const { loss, weight } = lossAt(objective, index)
    if (options.withPredictions)
      builder.output(emitter.value(predictionOf(input, value)), `predictions${index}`, "float32", [
        "cells",
        ...sizes,
      ])
    const targets = op("Gather", [data.ys[index] ?? missing(), cells])
    const lossRows = lossOfRows(loss, targets, { ...input, value })
    return weight === 1 ? lossRows : op("Mul", [lossRows, scalarOf(weight)])
  })
  const sum = losses.reduce((total, loss) => op("Add", [total, loss]))
  const weighted = data.weights === null ? sum : op("Mul", [sum, op("Gather", [data.weights, cells])])
  const steps = builder.op("Reshape", [emitter.value(weighted), builder.op("Shape", ["indices"])])
  const means = builder.op("ReduceMean", [steps, builder.constant(int64([1]))], { keepdims: int(0) })
  const total = penalties === null ? means : builder.op("Add", [means, emitter.value(penalties)])
  builder.output(total, "losses", "float32", ["steps"])
}

/** The model's own output, where its loss reads it before its last activation. */
function predictionOf({ undone }: LossInput, value: SymbolicTensor): SymbolicTensor {
  if (undone === null) return value
  return undone === "Sigmoid" ? op("Sigmoid", [value]) : op("Softmax", [value], { axis: int(-1) })
}

function totalPenalty(
  plan: NetworkPlan,
  common: Regularizer | null,
  parameters: readonly SymbolicTensor[],
): SymbolicTensor | null {
  const parts = plan.parameters.map(({ regularizer, shape }, index) => {
    const own = regularizer ?? (shape.length > 1 ? common : null)
    return own === null ? null : penaltyOf(own, parameters[index] ?? missing())
  })
  const [first = null, ...others] = parts.filter((part) => part !== null)
  return first === null ? null : others.reduce((sum, part) => op("Add", [sum, part]), first)
}

/**
 * Inputs: weights as carried (`g0` ..., `s0` ...), data, targets and weights as in training but for [batch] rows. Outputs: `predictions0` ...
 * and, with an objective, `losses` [batch], penalties left out.
 */
export function compileEvaluation(
  network: Network,
  layout: NetworkLayout,
  objective: Objective | null,
): Uint8Array {
  const builder = createGraphBuilder()
  const emitter = createEmitter(builder)
  const input = (name: string, type: "float32" | "int64", shape: readonly (number | string)[]) => {
    const tensor = placeholder(name, type, shape)
    emitter.bind(tensor, builder.input(name, type, shape))
    return tensor
  }
  const shapes = layout.plan.parameters.map(({ shape }) => shape)
  const byPlace = new Map(
    layout.groups.flatMap((group, at) => [
      ...parametersOf(group, input(`g${at}`, "float32", group.shape), shapes),
    ]),
  )
  const states = layout.plan.states.map(({ shape }, at) => input(`s${at}`, "float32", shape))
  const xs = network.inputs.map(({ type, shape }, at) => input(`x${at}`, type, ["batch", ...shape]))
  const { outputs } = traceNetwork(network, {
    ...servingBindings,
    inputs: xs,
    parameter: (index) => byPlace.get(index) ?? missing(),
    state: (index) => states[index] ?? missing(),
  })
  for (const [index, output] of outputs.entries())
    builder.output(emitter.value(output), `predictions${index}`, "float32", output.shape)
  if (objective !== null) {
    const losses = objective.losses.map(({ loss, weight, target }, index) => {
      const targets = input(`y${index}`, target.type, ["batch", ...target.shape])
      const rows = lossOfRows(loss, targets, lossInputOf(loss, outputs[index] ?? missing()))
      return weight === 1 ? rows : op("Mul", [rows, scalarOf(weight)])
    })
    const sum = losses.reduce((total, loss) => op("Add", [total, loss]))
    const weighted = objective.hasWeights ? op("Mul", [sum, input("w", "float32", ["batch"])]) : sum
    builder.output(emitter.value(weighted), "losses", "float32", ["batch"])
  }
  return encodeModel(builder.build({ name: "evaluation", metadata: {} }))
}

/** Appends the network's nodes with its weights as constants; returns the names of its outputs. Values in `named` get the name that is said. */
export function emitNetwork(
  builder: GraphBuilder,
  network: Network,
  weights: {
    readonly inputs: readonly string[]
    readonly parameter: (index: number) => Float32Array
    readonly state: (index: number) => Float32Array
    readonly named?: readonly { readonly tensor: ModelTensor; readonly name: string }[]
  },
): readonly string[] {
  const emitter = createEmitter(builder)
  const xs = network.inputs.map(({ type, shape }, at) => {
    const tensor = placeholder(`x${at}`, type, ["batch", ...shape])
    emitter.bind(tensor, weights.inputs[at] ?? "")
    return tensor
  })
  const { outputs, values } = traceNetwork(network, {
    ...servingBindings,
    inputs: xs,
    parameter: (index, { shape }) => constant(float32(weights.parameter(index), shape)),
    state: (index, { shape }) => constant(float32(weights.state(index), shape)),
  })
  for (const { tensor, name } of weights.named ?? []) {
    const value = values.get(tensor) ?? missing()
    const [named = ""] = builder.node("Identity", [emitter.value(value)], { outputs: [name] })
    emitter.bind(value, named)
  }
  return outputs.map((output) => emitter.value(output))
}

const servingBindings = {
  isTraining: false,
  floatType: "float32",
  randomKey: () => missing(),
  rowNumbers: placeholder("rowNumbers", "int32", ["batch"]),
} as const

function lossAt(objective: Objective, index: number): Objective["losses"][number] {
  const loss = objective.losses[index]
  assert(loss !== undefined, "each output has a loss")
  return loss
}

function scalarOf(value: number): SymbolicTensor {
  return constant(float32([value], []))
}

function nameOf(tensor: SymbolicTensor): string {
  assert(tensor.origin.kind === "placeholder")
  return tensor.origin.name
}

function missing(): never {
  throw new assert.AssertionError({ message: "the layout and the graph differ" })
}

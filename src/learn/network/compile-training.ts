/** @file The graph that trains a network: a Scan over minibatches, with what is done once for all of them before and after. */
import { fault } from "../../base/errors.ts"
import { int } from "../../onnx/attributes.ts"
import { createGraphBuilder, type GraphBuilder } from "../../onnx/builder.ts"
import { encodeModel } from "../../onnx/codec.ts"
import { int64 } from "../../onnx/tensors.ts"
import { createEmitter, type Emitter } from "../graph/emit.ts"
import { gradients } from "../graph/gradient.ts"
import { op } from "../graph/op.ts"
import { castTo } from "../graph/random.ts"
import { emitScan, type Steps } from "../graph/scan.ts"
import { placeholder, type SymbolicTensor } from "../graph/tensor.ts"
import { type DeclareInput, inputsOf } from "./graph-inputs.ts"
import { joined, missing, type NetworkLayout, parametersOf } from "./layout.ts"
import { type LossInput, lossInputOf, lossOfRows } from "./losses.ts"
import { lossAt, type Objective, scalarOf, totalPenalty, weightedSum } from "./objective.ts"
import { clip, type Optimizer } from "./optimizers.ts"
import { type Bindings, type Network, type NetworkPlan, traceNetwork } from "./trace.ts"

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

/**
 * Inputs: carried tensors; data `x0` ... [rows, ...], `y0` ..., `w` [rows] where rows have weights; `indices` int32 [steps, batch]: the rows of
 * each step; scalars and keys [steps]. Outputs: carried tensors as `next_...`; `losses` float32 [steps], each before its step's update;
 * `predictions0` ... [steps * batch, ...] of the same moments where asked for. Throws NETWORK_SETTING for a parameter that does nothing.
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
  const input = inputsOf(builder, emitter)
  const data = declareData(network, objective, input)
  const indices = input("indices", "int32", ["steps", "batch"])
  const step = declareStep({ layout, optimizer, data, indices, input })
  const batch = emitBatchFacts(builder, emitter)
  const traced = traceNetwork(network, { ...step.bindings, rowNumbers: batch.rowNumbers })
  const inputs = traced.outputs.map((output, index) => lossInputOf(lossAt(objective, index).loss, output))
  const penalty = totalPenalty(layout.plan, objective.regularizer, step.parameters)
  const share = step.weights === null ? batch.share : op("Mul", [step.weights, batch.share])
  const goals = goalsOf({ objective, inputs, targets: step.targets, share, penalty })
  const clipped = clip(optimizer.clipping, gradientsOfAll(goals, step.parameters, layout.plan))
  const moved = step.groups.flatMap(({ group, parameter, slots }) => {
    const gradient = joined(group, (index) => clipped[index] ?? missing())
    const updated = optimizer.update({
      parameter: parameter.current,
      gradient,
      slots: slots.map(({ current }) => current),
      scalars: step.scalars,
    })
    return [
      { ...parameter, next: updated.parameter },
      ...slots.map((slot, index) => ({ ...slot, next: updated.slots[index] ?? missing() })),
    ]
  })
  const states = step.states.map((state, index) => ({
    ...state,
    next: traced.updates.get(index) ?? state.current,
  }))
  const carried = [...moved, ...states]
  const wholes = inputs.map(({ value }, index) =>
    placeholder(`whole${index}`, value.type, ["steps", ...value.shape]),
  )
  const penalties = penalty === null ? null : placeholder("penalties", "float32", ["steps"])
  const names = emitScan(builder, emitter, {
    carried,
    walked: step.walked,
    stacked: [
      ...inputs.map(({ value }, index) => ({ part: value, whole: wholes[index] ?? missing() })),
      ...(penalty === null || penalties === null ? [] : [{ part: penalty, whole: penalties }]),
    ],
  })
  for (const [index, { name, shape }] of carried.entries())
    builder.output(names[index] ?? missing(), `next_${name}`, "float32", shape)
  const { withPredictions } = options
  emitLosses({ builder, emitter, objective, inputs, wholes, penalties, data, withPredictions })
  return {
    bytes: encodeModel(builder.build({ name: "training", metadata: {} })),
    carried: carried.map(({ name, shape }) => ({ name, shape })),
    scalarCount: step.scalars.length,
    keyCount: layout.plan.randomCount,
  }
}

/** The losses of rows and the penalty, each with the share of it that is minimised. */
function goalsOf(options: {
  readonly objective: Objective
  readonly inputs: readonly LossInput[]
  readonly targets: readonly SymbolicTensor[]
  /** Of each row, or one for all. */
  readonly share: SymbolicTensor
  readonly penalty: SymbolicTensor | null
}) {
  const { objective, inputs, targets, share, penalty } = options
  const losses = inputs.map((value, index) => {
    const { loss, weight } = lossAt(objective, index)
    const output = lossOfRows(loss, targets[index] ?? missing(), value)
    return { output, seed: weight === 1 ? share : op("Mul", [share, scalarOf(weight)]) }
  })
  return penalty === null ? losses : [...losses, { output: penalty, seed: scalarOf(1) }]
}

/** Throws NETWORK_SETTING for a parameter that the loss does not depend on: training would carry it for nothing. */
function gradientsOfAll(
  goals: ReturnType<typeof goalsOf>,
  parameters: readonly SymbolicTensor[],
  plan: NetworkPlan,
): SymbolicTensor[] {
  return gradients(goals, parameters).map((gradient, index) => {
    if (gradient !== null) return gradient
    throw fault("NETWORK_SETTING", {
      name: plan.parameters[index]?.name ?? "",
      got: "without effect on any loss",
      expected: "read on the way to an output, through operators that have derivatives",
    })
  })
}

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
  const carry = (name: string, shape: readonly number[]) => ({
    name,
    shape,
    start: input(name, "float32", shape),
    current: placeholder(name, "float32", shape),
  })
  const shapes = plan.parameters.map(({ shape }) => shape)
  const groups = layout.groups.map((group, at) => ({
    group,
    parameter: carry(`g${at}`, group.shape),
    slots: Array.from({ length: optimizer.slotCount }, (_, slot) => carry(`g${at}_m${slot}`, group.shape)),
  }))
  const states = plan.states.map(({ shape }, at) => carry(`s${at}`, shape))
  const byPlace = new Map(
    groups.flatMap(({ group, parameter }) => [...parametersOf(group, parameter.current, shapes)]),
  )
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
    state: (index) => states[index]?.current ?? missing(),
    randomKey: (index) => castTo(keys[index] ?? missing(), "uint32"),
  }
  return {
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
    const { loss } = lossAt(objective, index)
    if (options.withPredictions)
      builder.output(emitter.value(predictionOf(input, value)), `predictions${index}`, "float32", [
        "cells",
        ...sizes,
      ])
    const targets = op("Gather", [data.ys[index] ?? missing(), cells])
    return lossOfRows(loss, targets, { ...input, value })
  })
  const rowWeights = data.weights === null ? null : op("Gather", [data.weights, cells])
  const weighted = weightedSum(objective, losses, rowWeights)
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

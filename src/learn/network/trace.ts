/** @file Runs the forward code of a network's layers: once to learn what it holds, then once for every graph that is made of it. */
import assert from "node:assert"

import { fault } from "../../base/errors.ts"
import { op } from "../graph/op.ts"
import { integers } from "../graph/operator.ts"
import { castTo, randomBits, uint32, uniform } from "../graph/random.ts"
import { elementCount, isFloat, placeholder, type SymbolicTensor } from "../graph/tensor.ts"
import type { InitializerName } from "./initializers.ts"
import type { Layer, LayerContext, ModelTensor } from "./layer.ts"
import type { Regularizer } from "./regularizers.ts"

/** Layers between inputs and outputs. */
export type Network = {
  readonly inputs: readonly (ModelTensor & { readonly kind: "input" })[]
  readonly outputs: readonly ModelTensor[]
}

export type ParameterPlan = {
  /** `dense_1/kernel` */
  readonly name: string
  readonly shape: readonly number[]
  readonly initializer: InitializerName
  readonly regularizer: Regularizer | null
}

export type StatePlan = {
  readonly name: string
  readonly shape: readonly number[]
  readonly initial: number
}

export type LayerPlan = {
  readonly name: string
  readonly kind: string
  /** Of one row. */
  readonly outputShape: readonly (number | string)[]
  readonly parameterCount: number
}

/** What a network holds, in the order of its layers. */
export type NetworkPlan = {
  readonly layers: readonly LayerPlan[]
  readonly parameters: readonly ParameterPlan[]
  readonly states: readonly StatePlan[]
  /** In the order in which layers ask for them, parameters and states together: that of `getWeights`. */
  readonly weights: readonly { readonly kind: "parameter" | "state"; readonly index: number }[]
  readonly outputShapes: readonly (readonly (number | string)[])[]
  /** How often layers draw random numbers. */
  readonly randomCount: number
}

/** What a graph binds a network to; `parameter` and `state` by their place in the plan. */
export type Bindings = {
  readonly isTraining: boolean
  readonly floatType: "float32" | "float64"
  readonly inputs: readonly SymbolicTensor[]
  readonly parameter: (index: number, plan: ParameterPlan) => SymbolicTensor
  readonly state: (index: number, plan: StatePlan) => SymbolicTensor
  /** uint32 [], another at each step. */
  readonly randomKey: (index: number) => SymbolicTensor
  /** int32 [batch]: 0, 1, 2 ... */
  readonly rowNumbers: SymbolicTensor
}

export type Traced = {
  readonly plan: NetworkPlan
  readonly outputs: readonly SymbolicTensor[]
  /** By the state's place in the plan; only those that a step changes. */
  readonly updates: ReadonlyMap<number, SymbolicTensor>
  /** What every tensor of the model became. */
  readonly values: ReadonlyMap<ModelTensor, SymbolicTensor>
}

/** The plan alone. Throws GRAPH_SHAPE where layers do not fit together. */
export function planNetwork(network: Network): NetworkPlan {
  return traceNetwork(network, {
    isTraining: true,
    floatType: "float32",
    inputs: network.inputs.map(({ type, shape }, index) =>
      placeholder(`x${index}`, type, ["batch", ...shape]),
    ),
    parameter: (_, { name, shape }) => placeholder(name, "float32", shape),
    state: (_, { name, shape }) => placeholder(name, "float32", shape),
    randomKey: () => uint32(0),
    rowNumbers: placeholder("rows", "int32", ["batch"]),
  }).plan
}

/** Of graphs that do not train: nothing is drawn. */
export const servingBindings = {
  isTraining: false,
  floatType: "float32",
  randomKey: () => assert.fail("layers draw in training only"),
  rowNumbers: placeholder("rowNumbers", "int32", ["batch"]),
} as const

/** Throws GRAPH_SHAPE, and NETWORK_INPUT when an output depends on an input that is not the network's. */
export function traceNetwork(network: Network, bindings: Bindings): Traced {
  const parameters: ParameterPlan[] = []
  const states: StatePlan[] = []
  const weights: NetworkPlan["weights"][number][] = []
  const layers: LayerPlan[] = []
  const updates = new Map<number, SymbolicTensor>()
  const parts = new Map<Layer, Map<string, Part>>()
  const names = namer()
  let randomCount = 0

  const contextOf = (layer: Layer, name: string): LayerContext => {
    const own = parts.get(layer) ?? new Map<string, Part>()
    parts.set(layer, own)
    const part = (key: string, make: () => Part): Part => {
      const known = own.get(key) ?? make()
      own.set(key, known)
      return known
    }
    return {
      isTraining: bindings.isTraining,
      floatType: bindings.floatType,
      parameter: (key, { shape, initializer, regularizer = null }) =>
        part(key, () => {
          const plan = { name: `${name}/${key}`, shape, initializer, regularizer }
          weights.push({ kind: "parameter", index: parameters.push(plan) - 1 })
          return { tensor: bindings.parameter(parameters.length - 1, plan), index: parameters.length - 1 }
        }).tensor,
      state: (key, { shape, initial }) => {
        const { tensor, index } = part(key, () => {
          const plan = { name: `${name}/${key}`, shape, initial }
          weights.push({ kind: "state", index: states.push(plan) - 1 })
          return { tensor: bindings.state(states.length - 1, plan), index: states.length - 1 }
        })
        return { current: tensor, update: (next) => updates.set(index, next) }
      },
      random: (like) => {
        const key = bindings.randomKey(randomCount)
        randomCount++
        return randomLike(like, key, bindings.rowNumbers)
      },
    }
  }

  const values = new Map<ModelTensor, SymbolicTensor>()
  for (const [index, input] of network.inputs.entries()) {
    const tensor = bindings.inputs[index]
    assert(tensor !== undefined)
    values.set(input, tensor)
  }
  const tensorOf = (tensor: ModelTensor): SymbolicTensor => {
    const known = values.get(tensor)
    if (known !== undefined) return known
    if (tensor.kind === "input")
      throw fault("NETWORK_INPUT", { name: tensor.name ?? "input", inputs: network.inputs.length })
    const inputs = tensor.inputs.map(tensorOf)
    const { definition } = tensor.layer
    const isNew = !parts.has(tensor.layer)
    const name = names(tensor.layer)
    const value = definition.forward(inputs, contextOf(tensor.layer, name))
    if (isNew) {
      const own = parameters.filter((parameter) => parameter.name.startsWith(`${name}/`))
      const parameterCount = own.reduce((count, { shape }) => count + (elementCount(shape) ?? 0), 0)
      layers.push({ name, kind: definition.kind, outputShape: value.shape.slice(1), parameterCount })
    }
    values.set(tensor, value)
    return value
  }
  const outputs = network.outputs.map(tensorOf)
  const outputShapes = outputs.map(({ shape }) => shape.slice(1))
  return {
    plan: { layers, parameters, states, weights, outputShapes, randomCount },
    outputs,
    updates,
    values,
  }
}

type Part = { readonly tensor: SymbolicTensor; readonly index: number }

/** A layer's own name, else its kind with a number from the second of its kind on. */
function namer(): (layer: Layer) => string {
  const names = new Map<Layer, string>()
  const taken = new Set<string>()
  return (layer) => {
    const known = names.get(layer)
    if (known !== undefined) return known
    const base = layer.definition.name ?? layer.definition.kind
    let name = base
    for (let number = 1; taken.has(name); number++) name = `${base}_${number}`
    taken.add(name)
    names.set(layer, name)
    return name
  }
}

/** One number per element: the counter is its place in the batch, row by row. */
function randomLike(like: SymbolicTensor, key: SymbolicTensor, rowNumbers: SymbolicTensor): SymbolicTensor {
  const dimensions = like.shape.slice(1)
  const width = elementCount(dimensions)
  assert(width !== null && isFloat(like) && (like.type === "float32" || like.type === "float64"))
  const sizes = dimensions.map(() => 1)
  const rows = op("Reshape", [rowNumbers, integers([-1, ...sizes])])
  const inRow = Int32Array.from({ length: width }, (_, place) => place)
  const shape = [1, ...dimensions.map(Number)]
  const starts = op("Mul", [rows, int32(Int32Array.of(width), [])])
  const counters = castTo(op("Add", [starts, int32(inRow, shape)]), "uint32")
  return uniform(randomBits(key, counters), like.type)
}

function int32(data: Int32Array, shape: readonly number[]): SymbolicTensor {
  return { type: "int32", shape, origin: { kind: "constant", value: { type: "int32", shape, data } } }
}

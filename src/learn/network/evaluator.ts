/** @file Loss, metrics and predictions of a network as it stands: what validation and `evaluate` ask for. */
import assert from "node:assert"

import { openSession } from "../../engine/open-session.ts"
import type { Tensor } from "../../engine/session.ts"
import { compileEvaluation, type NetworkLayout, type Objective } from "./compile.ts"
import type { CompiledNetwork } from "./compiled-network.ts"
import type { Tensors } from "./course.ts"
import type { TrainingArray, TrainingWindow } from "./source.ts"

export type Evaluation = {
  /** Mean over rows, with the penalties of regularizers. */
  readonly loss: number
  /** Means over rows, in the order of the compiled metrics. */
  readonly metrics: readonly number[]
}

export type Evaluator = {
  readonly evaluate: (carried: Tensors, window: TrainingWindow) => Promise<Evaluation>
  readonly close: () => Promise<void>
}

/** Rows of a run: bounds what it takes in memory beside the rows. */
const rowsPerRun = 4_096

export async function createEvaluator(
  compiled: Pick<CompiledNetwork, "network" | "layout" | "objective" | "metrics">,
  { threads }: { readonly threads: number },
): Promise<Evaluator> {
  const { network, layout, objective, metrics } = compiled
  const session = await openSession(compileEvaluation(network, layout, objective), { threads })
  return {
    evaluate: async (carried, window) => {
      const weights = weightFeeds(
        session.inputs.map(({ name }) => name),
        layout,
        carried,
      )
      let loss = 0
      const sums = metrics.map(() => 0)
      for (let from = 0; from < window.rowCount; from += rowsPerRun) {
        const to = Math.min(from + rowsPerRun, window.rowCount)
        const outputs = await session.run({ ...weights, ...dataFeeds(objective, window, from, to) })
        for (const rowLoss of floatsOf(outputs.losses)) loss += rowLoss
        for (const [index, { output, metric }] of metrics.entries()) {
          const targets = window.targets[output]
          assert(targets !== undefined)
          const predictions = floatsOf(outputs[`predictions${output}`])
          const part = rowsOf(targets, from, to)
          sums[index] =
            (sums[index] ?? 0) +
            metric({ predictions, width: predictions.length / (to - from), targets: part, rows: null })
        }
      }
      const rows = Math.max(window.rowCount, 1)
      return {
        loss: loss / rows + penaltyValue(layout, objective, carried),
        metrics: sums.map((sum) => sum / rows),
      }
    },
    close: () => session.close(),
  }
}

function weightFeeds(
  names: readonly string[],
  layout: NetworkLayout,
  carried: Tensors,
): Record<string, Tensor> {
  const shapes: [string, readonly number[]][] = [
    ...layout.groups.map(({ shape }, at): [string, readonly number[]] => [`g${at}`, shape]),
    ...layout.plan.states.map(({ shape }, at): [string, readonly number[]] => [`s${at}`, shape]),
  ]
  const feeds: Record<string, Tensor> = {}
  for (const [name, shape] of shapes) {
    const data = carried[name]
    if (names.includes(name) && data !== undefined) feeds[name] = { type: "float32", shape, data }
  }
  return feeds
}

function dataFeeds(
  objective: Objective,
  window: TrainingWindow,
  from: number,
  to: number,
): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {}
  for (const [index, array] of window.inputs.entries()) feeds[`x${index}`] = rowsOf(array, from, to)
  for (const [index, array] of window.targets.entries()) feeds[`y${index}`] = rowsOf(array, from, to)
  if (objective.hasWeights) {
    const data = window.weights?.subarray(from, to) ?? new Float32Array(to - from).fill(1)
    feeds.w = { type: "float32", shape: [to - from], data }
  }
  return feeds
}

/** Rows [from, to), without a copy. */
export function rowsOf(array: TrainingArray, from: number, to: number): TrainingArray {
  const [rows = 0, ...rest] = array.shape
  const width = rest.reduce((count, size) => count * size, 1)
  assert(to <= rows)
  const shape = [to - from, ...rest]
  return array.type === "float32"
    ? { type: "float32", shape, data: array.data.subarray(from * width, to * width) }
    : { type: "int64", shape, data: array.data.subarray(from * width, to * width) }
}

/** What regularizers add to the loss, as training's graph computes it step by step. */
function penaltyValue({ plan, groups }: NetworkLayout, objective: Objective, carried: Tensors): number {
  let total = 0
  for (const [at, { members }] of groups.entries())
    for (const { index, offset } of members) {
      const parameter = plan.parameters[index]
      assert(parameter !== undefined)
      const common = parameter.shape.length > 1 ? objective.regularizer : null
      const { l1 = 0, l2 = 0 } = parameter.regularizer ?? common ?? {}
      if (l1 === 0 && l2 === 0) continue
      const size = parameter.shape.reduce((count, length) => count * length, 1)
      for (const weight of carried[`g${at}`]?.subarray(offset, offset + size) ?? [])
        total += l1 * Math.abs(weight) + l2 * weight * weight
    }
  return total
}

function floatsOf(tensor: Tensor | undefined): Float32Array {
  assert(tensor?.type === "float32")
  return tensor.data
}

/** @file Loss, metrics and predictions of a network as it stands: what validation and `evaluate` ask for. */
import assert from "node:assert"

import { openSession } from "../../engine/open-session.ts"
import type { Tensor } from "../../engine/session.ts"
import { compileEvaluation } from "./compile-evaluation.ts"
import type { CompiledNetwork } from "./compiled-network.ts"
import type { Tensors } from "./course.ts"
import type { NetworkLayout } from "./layout.ts"
import { type Objective, regularizerOf } from "./objective.ts"
import { rowsOf, rowsPerRun, type TrainingWindow } from "./source.ts"
import { float32Of, floatsOf } from "./tensors.ts"
import { parameterValues, valuesOf } from "./weights.ts"

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

export async function createEvaluator(
  compiled: Pick<CompiledNetwork, "network" | "layout" | "objective" | "metrics">,
  { threads }: { readonly threads: number },
): Promise<Evaluator> {
  const { network, layout, objective, metrics } = compiled
  const session = await openSession(compileEvaluation(network, layout, objective), { threads })
  return {
    evaluate: async (carried, window) => {
      const weights = weightFeeds(layout, carried)
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

function weightFeeds({ groups, plan }: NetworkLayout, carried: Tensors): Record<string, Tensor> {
  const feeds: Record<string, Tensor> = {}
  const feed = (name: string, shape: readonly number[]) => {
    feeds[name] = float32Of(valuesOf(carried, name), shape)
  }
  for (const [at, { shape }] of groups.entries()) feed(`g${at}`, shape)
  for (const [at, { shape }] of plan.states.entries()) feed(`s${at}`, shape)
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
    feeds.w = float32Of(data, [to - from])
  }
  return feeds
}

/** What regularizers add to the loss, as training's graph computes it step by step. */
function penaltyValue(layout: NetworkLayout, objective: Objective, carried: Tensors): number {
  let total = 0
  for (const [index, parameter] of layout.plan.parameters.entries()) {
    const { l1 = 0, l2 = 0 } = regularizerOf(parameter, objective.regularizer) ?? {}
    if (l1 === 0 && l2 === 0) continue
    for (const weight of parameterValues(layout, carried, index))
      total += l1 * Math.abs(weight) + l2 * weight * weight
  }
  return total
}

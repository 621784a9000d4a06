/** @file The search for a network: a short list of settings, cheap ones first, as far as a counted amount of work reaches. */
import assert from "node:assert"

import { type Fault, fault, isFault } from "../base/errors.ts"
import type { TrainingData } from "../learn/learner.ts"
import { embeddingSize } from "../learn/network/table-network.ts"
import { defaultNetworkSettings, fitNetwork, type NetworkSettings } from "../learn/network.ts"
import { type Family, type FamilyOptions, type FitControl, medianEpoch, type Trial } from "./family.ts"
import type { NetworkChoice } from "./learner-choice.ts"

/** Width, depth, rate and regularisation, the cheapest first. */
const portfolio: readonly Pick<NetworkSettings, "layers" | "learningRate" | "dropout" | "l2">[] = [
  { layers: [64], learningRate: 0.003, dropout: 0, l2: 1e-2 },
  { layers: [128], learningRate: 0.002, dropout: 0.1, l2: 1e-3 },
  { layers: [64, 32], learningRate: 0.002, dropout: 0.1, l2: 1e-4 },
  { layers: [64, 64], learningRate: 0.001, dropout: 0, l2: 3e-3 },
  { layers: [128, 64], learningRate: 0.001, dropout: 0.3, l2: 1e-4 },
  { layers: [64, 64, 64], learningRate: 0.001, dropout: 0.1, l2: 1e-3 },
  { layers: [256, 128], learningRate: 0.0005, dropout: 0.3, l2: 1e-4 },
]

/** Settings that are tried, those that the user fixed in all of them; without doubles. */
export function networkSettings(choice: NetworkChoice, seed: number): NetworkSettings[] {
  const { loss, ...fixed } = choice
  const settings = portfolio.map((searched): NetworkSettings => {
    const own = { ...defaultNetworkSettings, ...searched }
    return {
      layers: fixed.layers ?? own.layers,
      activation: fixed.activation ?? own.activation,
      dropout: fixed.dropout ?? own.dropout,
      loss: loss === undefined || loss === "crossentropy" ? null : loss,
      optimizer: fixed.optimizer ?? own.optimizer,
      learningRate: fixed.learningRate ?? own.learningRate * rateFactor(fixed.optimizer),
      l1: fixed.l1 ?? own.l1,
      l2: fixed.l2 ?? own.l2,
      batchSize: fixed.batchSize ?? own.batchSize,
      epochs: fixed.epochs ?? own.epochs,
      patience: fixed.patience === undefined ? own.patience : fixed.patience,
      seed,
    }
  })
  return [...new Map(settings.map((each) => [JSON.stringify(each), each])).values()]
}

/** Gradient descent moves by the gradient itself, not by steps of about the rate's size: the rates of the list are Adam's. */
function rateFactor(optimizer: NetworkChoice["optimizer"]): number {
  return optimizer === "sgd" || optimizer === "momentum" || optimizer === "nesterov" ? 10 : 1
}

export function networkFamily(options: FamilyOptions): Family {
  const { choice, seed, foldCount, limits, clock } = options
  const wanted = networkSettings(choice.network, seed)
  const operationsMax = limits.networkSearchOperationsMax / foldCount
  /** As the first fold fitted them. */
  const tried: NetworkSettings[] = []
  let isFirstFold = true
  const fit = async (data: TrainingData, control: FitControl) => {
    const list = isFirstFold
      ? wanted.map((settings) => sizedFor(data, settings, { choice: choice.network, operationsMax }))
      : tried
    const trials: (Trial | null)[] = []
    let operations = 0
    let lastFault: Fault | null = null
    for (const [at, settings] of list.entries()) {
      if (isFirstFold && at > 0 && operations >= operationsMax) break
      if (isFirstFold) tried.push(settings)
      const trial = await tryNetwork(data, settings, {
        clock,
        shouldStop: control.shouldStop,
        onShare: (share) => control.onShare((at + share) / list.length),
      })
      if (isFault(trial)) lastFault = trial
      trials.push(isFault(trial) ? null : trial)
      const epochs = isFault(trial) ? settings.epochs : (trial.facts.curve?.length ?? 0)
      operations += epochs * operationsOfEpoch(data, settings)
    }
    isFirstFold = false
    // Where only networks were asked for, the reason is worth more than a comparison without any.
    if (choice.learner === "network" && lastFault !== null && trials.every((trial) => trial === null))
      throw lastFault
    return trials
  }
  return {
    learner: "network",
    form: "coded",
    fit,
    refit: (member, trials) => {
      const settings = tried[member]
      assert(settings !== undefined)
      const epochs = medianEpoch(trials) ?? settings.epochs
      return async (data, { shouldStop, onShare }) => {
        const wanted = { ...settings, epochs, patience: null }
        const fitted = await fitNetwork(data, wanted, { shouldStop, onEpoch: epochWatcher(onShare) })
        if (fitted === null) throw fault("JOB_CANCELLED", {})
        return fitted
      }
    },
  }
}

/** A fault where the settings led nowhere: the others may do better. */
async function tryNetwork(
  data: TrainingData,
  settings: NetworkSettings,
  { clock, shouldStop, onShare }: FitControl & Pick<FamilyOptions, "clock">,
): Promise<Trial | Fault> {
  const startedMs = clock.monotonicMs()
  try {
    const learner = await fitNetwork(data, settings, { shouldStop, onEpoch: epochWatcher(onShare) })
    if (learner === null) throw fault("JOB_CANCELLED", {})
    const { curve, bestEpoch } = learner
    const { seed: _, ...parameters } = learner.describe().parameters
    return { learner, facts: { parameters, fitMs: clock.monotonicMs() - startedMs, curve, bestEpoch } }
  } catch (error) {
    if (isFault(error, "NETWORK_DIVERGED")) return error
    throw error
  }
}

function epochWatcher(onShare: FitControl["onShare"]) {
  return (epoch: number, of: number) => onShare(epoch / of)
}

/** Larger tables take larger batches: about as many steps, each better used. */
const batchSizes = [
  { rowsBelow: 2_000, batchSize: 32 },
  { rowsBelow: 10_000, batchSize: 64 },
  { rowsBelow: 50_000, batchSize: 128 },
  { rowsBelow: 200_000, batchSize: 256 },
  { rowsBelow: Number.POSITIVE_INFINITY, batchSize: 1_024 },
] as const
const epochsMin = 10

/** An epoch of a small table has few steps: there patience and epochs are as many as make these steps. */
const patienceStepsMin = 300
const trainingStepsMin = 3_000

/** Batch, patience and epochs by the size of the table, where the user did not fix them. */
function sizedFor(
  data: TrainingData,
  settings: NetworkSettings,
  { choice, operationsMax }: { readonly choice: NetworkChoice; readonly operationsMax: number },
): NetworkSettings {
  const fitting = batchSizes.find(({ rowsBelow }) => data.rowCount < rowsBelow)
  const batchSize = choice.batchSize ?? fitting?.batchSize ?? settings.batchSize
  const epochsFor = (steps: number) => Math.ceil((steps * batchSize) / data.rowCount)
  const patience =
    choice.patience === undefined && settings.patience !== null
      ? Math.max(settings.patience, epochsFor(patienceStepsMin))
      : settings.patience
  const sized = { ...settings, batchSize, patience }
  if (choice.epochs !== undefined) return sized
  const affordable = Math.floor(operationsMax / operationsOfEpoch(data, sized))
  const enough = Math.max(settings.epochs, epochsFor(trainingStepsMin))
  return { ...sized, epochs: Math.max(epochsMin, Math.min(enough, affordable)) }
}

/** What a step and what an epoch cost beside their multiplications, in multiplications that take as long. */
const operationsPerStep = 4e5
const operationsPerEpoch = 2e7

/** Counted, never timed, so that a repeated training tries the same: forward and twice backward, and the fixed costs. */
function operationsOfEpoch(data: TrainingData, { layers, batchSize }: NetworkSettings): number {
  const embedded = data.categories.reduce((sum, { levelCount }) => sum + embeddingSize(levelCount), 0)
  const widths = [data.featureCount - data.categories.length + embedded, ...layers, 1]
  const weights = widths.slice(1).reduce((sum, width, at) => sum + width * (widths[at] ?? 0), 0)
  const steps = Math.ceil(data.rowCount / batchSize)
  return 3 * data.rowCount * weights + steps * operationsPerStep + operationsPerEpoch
}

/** @file The search for a network: what is tried, how a counted budget ends it, and what the folds teach the last fit. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { systemClock } from "../../src/base/clock.ts"
import { isFault } from "../../src/base/errors.ts"
import type { TrainingData } from "../../src/learn/learner.ts"
import type { FamilyOptions } from "../../src/train/family.ts"
import type { NetworkChoice } from "../../src/train/learner-choice.ts"
import { networkFamily, networkSettings } from "../../src/train/network-family.ts"

const control = { shouldStop: () => false, onShare: () => undefined }

test("what the user fixed is fixed in all that is tried, and no setting is tried twice", () => {
  const free = networkSettings({}, 1)
  assert.ok(free.length >= 6)
  const fixed = networkSettings({ layers: [5], learningRate: 0.1 }, 1)
  assert.ok(fixed.length > 1 && fixed.length < free.length)
  assert.ok(fixed.every(({ layers, learningRate }) => layers[0] === 5 && learningRate === 0.1))
  const searched = { layers: [5], learningRate: 0.1, dropout: 0, l2: 0 }
  assert.equal(networkSettings(searched, 1).length, 1)
  assert.equal(networkSettings({ patience: null }, 1)[0]?.patience, null)
  assert.equal(networkSettings({ loss: "crossentropy" }, 1)[0]?.loss, null)
  const [descent, adam] = [networkSettings({ optimizer: "sgd" }, 1)[0], free[0]]
  assert.ok((descent?.learningRate ?? 0) > (adam?.learningRate ?? 0))
})

test("the search ends between two networks once its work is counted up, and later folds try as many", async () => {
  const choice = { epochs: 2 }
  const tried = async (networkSearchOperationsMax: number) => {
    const family = networkFamily(optionsOf(choice, { networkSearchOperationsMax }))
    const [first, second] = [await family.fit(wave(60), control), await family.fit(wave(90), control)]
    assert.equal(first.length, second.length)
    return first.length
  }
  assert.equal(await tried(1), 1)
  const some = await tried(2e8)
  assert.ok(some > 1 && some < networkSettings(choice, 1).length, String(some))
  assert.equal(await tried(1e12), networkSettings(choice, 1).length)
})

test("a large table has fewer epochs than a small one, unless they were fixed", async () => {
  const limits = { networkSearchOperationsMax: 1 }
  const epochsOf = async (choice: NetworkChoice) => {
    const [trial] = await networkFamily(optionsOf(choice, limits)).fit(wave(40), control)
    return trial?.facts.parameters.epochs
  }
  assert.equal(await epochsOf({ layers: [2] }), 10)
  assert.equal(await epochsOf({ layers: [2], epochs: 12 }), 12)
})

test("the last fit trains for the median of the folds' best epochs, on all rows", async () => {
  const family = networkFamily(optionsOf({ layers: [4], epochs: 40 }, { networkSearchOperationsMax: 1 }))
  const [trial] = await family.fit(wave(80), control)
  assert.ok(trial !== undefined && trial !== null)
  const folds = [9, 3, 7].map((bestEpoch) => ({ ...trial.facts, bestEpoch }))
  const shares: number[] = []
  const learner = await family.refit(0, folds)(wave(100), {
    ...control,
    onShare: (share) => shares.push(share),
  })
  const { parameters, facts } = learner.describe()
  assert.deepEqual([parameters.epochs, parameters.patience, facts.epochs], [7, undefined, 7])
  assert.deepEqual([shares.length, shares.at(-1)], [7, 1])
})

test("a fit that is told to stop ends the job", async () => {
  const family = networkFamily(optionsOf({}, { networkSearchOperationsMax: 1 }))
  const stopping = { ...control, shouldStop: () => true }
  await assert.rejects(family.fit(wave(50), stopping), (error) => isFault(error, "JOB_CANCELLED"))
})

test("networks that lead nowhere are left out, and are a fault only where nothing else was asked for", async () => {
  const astray = { layers: [4], optimizer: "sgd", learningRate: 10, l2: 100, dropout: 0, epochs: 20 } as const
  const network = { ...astray, layers: [4] }
  const limits = { networkSearchOperationsMax: 1 }
  const all = networkFamily(optionsOf(network, limits))
  assert.deepEqual(await all.fit(wave(50), control), [null])
  const alone = networkFamily({
    ...optionsOf(network, limits),
    choice: { learner: "network", network, linear: {} },
  })
  await assert.rejects(alone.fit(wave(50), control), (error) => isFault(error, "NETWORK_DIVERGED"))
})

function optionsOf(network: NetworkChoice, limits: FamilyOptions["limits"]): FamilyOptions {
  return { choice: { learner: null, network, linear: {} }, seed: 1, foldCount: 1, limits, clock: systemClock }
}

function wave(rowCount: number): TrainingData {
  const features = Float32Array.from({ length: rowCount }, (_, row) => (2 * row) / rowCount - 1)
  return {
    rowCount,
    featureCount: 1,
    features,
    target: { kind: "number", values: Float64Array.from(features, (x) => 10 * Math.sin(3 * x)) },
    weights: null,
    categories: [],
  }
}

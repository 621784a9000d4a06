/** @file Networks in training jobs, through the door: they win where lines fail, obey what was asked for, stop, repeat themselves, and say what does not fit. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { QuernstoneError, type TrainingRequest } from "../../client/src/index.ts"
import { crossed, roomForTwo } from "../crossed.ts"
import { addDataset, finishedJob, serverForTest } from "../server.ts"

test("networks", async (t) => {
  const { client } = await serverForTest(t, { environment: { QUERNSTONE_WORKERS: "1", ...roomForTwo } })
  await addDataset(client, "crossed", crossed(400))
  await addDataset(client, "counts", counts(300))
  const startAndWait = async (body: TrainingRequest) => {
    const job = await client.startTraining({ body })
    return finishedJob(client, job.id)
  }
  const train = async (body: TrainingRequest) => {
    const { version } = await startAndWait(body)
    return client.getModelVersion({ name: body.model ?? body.dataset, version: Number(version) })
  }
  const failure = async (body: TrainingRequest) => {
    const job = await client.startTraining({ body })
    await assert.rejects(finishedJob(client, job.id))
    return (await client.getJob({ id: job.id })).error
  }

  await t.test("where two columns only tell together, the network wins, is served and predicts", async () => {
    const { report, signature, learner } = await train({ dataset: "crossed", target: "kind" })
    assert.equal(learner, "network")
    const best = (name: string) =>
      Math.min(
        ...report.leaderboard
          .filter((each) => each.learner === name)
          .map(({ validation }) => validation.value),
      )
    assert.ok(best("network") < 0.7 * best("linear"), `${best("network")} ${best("linear")}`)
    assert.equal(report.version, 2)
    assert.equal(report.importance.length, signature.columns.length)
    assert.ok(report.importance.every(({ meanAbsoluteContribution }) => meanAbsoluteContribution > 0))
    const networks = report.leaderboard.filter((each) => each.learner === "network")
    assert.ok(networks.length >= 2, "the search tried one only")
    for (const { curve, parameters, bestEpoch } of networks) {
      assert.ok(bestEpoch !== null && bestEpoch >= 1 && bestEpoch <= Number(parameters.epochs))
      assert.ok(curve !== null && curve.length > 1 && curve.length <= 200)
      assert.ok(curve.every(({ validationLoss }) => validationLoss !== null))
      assert.ok(Array.isArray(parameters.layers))
      assert.equal(parameters.seed, undefined)
    }
    assert.ok(report.leaderboard.every((each) => each.learner === "network" || each.curve === null))
    await client.deploy({ name: "crossed", body: { model: "crossed" } })
    const rows = [
      { x: 0.8, y: 0.7, side: "left" },
      { x: 0.8, y: -0.7, side: "left" },
      { x: -0.8, y: 0.7, side: "right" },
      { x: -0.8, y: 0.7, side: "never seen" },
    ]
    const { predictions, warnings } = await client.predict({ name: "crossed", body: { rows } })
    assert.deepEqual(
      predictions.slice(0, 3).map((prediction) => "label" in prediction && prediction.label),
      ["same", "other", "same"],
    )
    assert.ok(predictions.every((prediction) => "label" in prediction))
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ["UNSEEN_CATEGORY"],
    )
    assert.deepEqual(signature.classes, ["other", "same"])
    const { explanations } = await client.predict({ name: "crossed", body: { rows, explain: true } })
    for (const { baseline, score, contributions } of explanations ?? []) {
      const sum = contributions.reduce((total, { contribution }) => total + contribution, baseline)
      assert.ok(Math.abs(sum - score) < 1e-3 * Math.max(1, Math.abs(score)), `${sum} and ${score}`)
    }
    assert.equal(explanations?.length, rows.length)
  })

  await t.test("what was asked for is what is trained, beside the baseline alone", async () => {
    const network = {
      layers: [12, 6],
      activation: "tanh",
      dropout: 0.1,
      loss: "crossentropy",
      optimizer: "nesterov",
      learningRate: 0.05,
      l1: 0.00001,
      l2: 0.0001,
      epochs: 6,
      batchSize: 50,
      patience: null,
    } as const
    const { report } = await train({
      dataset: "crossed",
      target: "kind",
      model: "asked",
      learner: "network",
      network: { ...network, layers: [...network.layers] },
    })
    assert.deepEqual(
      report.leaderboard.map(({ learner, isChosen }) => [learner, isChosen]),
      [
        ["constant", false],
        ["network", true],
      ],
    )
    const entry = report.leaderboard[1]
    const { patience: _, loss: __, ...told } = network
    assert.deepEqual(entry?.parameters, { ...told, loss: "binaryCrossentropy" })
    assert.deepEqual(
      entry?.curve?.map(({ epoch, validationLoss }) => [epoch, validationLoss]),
      [1, 2, 3, 4, 5, 6].map((epoch) => [epoch, null]),
    )
    const linear = { penalty: 2, l1Ratio: 0.5 }
    const other = await train({
      dataset: "crossed",
      target: "kind",
      model: "asked",
      learner: "linear",
      linear,
    })
    assert.deepEqual(
      other.report.leaderboard.map(({ learner, parameters, isChosen }) => [learner, parameters, isChosen]),
      [
        ["constant", {}, false],
        ["linear", linear, true],
      ],
    )
  })

  await t.test(
    "settings without a family are fixed in all networks, and the families still compete",
    async () => {
      const { report } = await train({
        dataset: "crossed",
        target: "kind",
        model: "fixed",
        network: { batchSize: 64, epochs: 3 },
      })
      assert.deepEqual(
        [...new Set(report.leaderboard.map(({ learner }) => learner))],
        ["constant", "linear", "network"],
      )
      const networks = report.leaderboard.filter(({ learner }) => learner === "network")
      assert.ok(networks.length > 1)
      for (const { parameters, curve } of networks)
        assert.deepEqual([parameters.batchSize, parameters.epochs, curve?.length], [64, 3, 3])
    },
  )

  await t.test("counts by Poisson's loss are above zero, and every loss of numbers trains", async () => {
    const network = { layers: [16], epochs: 30, learningRate: 0.01 }
    for (const loss of ["poisson", "huber", "meanAbsoluteError", "meanSquaredError"] as const) {
      const { report } = await train({
        dataset: "counts",
        target: "count",
        model: "counts",
        task: "regression",
        learner: "network",
        network: { ...network, loss },
      })
      assert.equal(report.leaderboard[1]?.parameters.loss, loss)
      assert.ok(report.test.improvement.low > 0, `${loss}: ${JSON.stringify(report.test.improvement)}`)
      if (loss !== "poisson") continue
      await client.deploy({ name: "counts", body: { model: "counts" } })
      const rows = [-40, 0, 40].map((x) => ({ x, place: "a" }))
      const { predictions } = await client.predict({ name: "counts", body: { rows } })
      assert.ok(predictions.every((each) => "prediction" in each && each.prediction > 0))
    }
  })

  await t.test(
    "a loss that does not fit the target is refused: at the door, or once the task is known",
    async () => {
      const order = { dataset: "crossed", target: "kind", network: { loss: "huber" } } as const
      await assert.rejects(client.startTraining({ body: { ...order, task: "binary" } }), {
        code: "LOSS_TASK",
        status: 422,
      })
      assert.equal((await failure({ ...order, model: "none" }))?.code, "LOSS_TASK")
      const numbers = { dataset: "counts", target: "x", model: "none", learner: "network" } as const
      const crossentropy = await failure({ ...numbers, network: { loss: "crossentropy" } })
      assert.match(crossentropy?.message ?? "", /huber, poisson/)
      assert.equal((await failure({ ...numbers, network: { loss: "poisson" } }))?.code, "LOSS_TARGET")
    },
  )

  await t.test("settings out of bounds, or of another family, never become a job", async () => {
    const order = { dataset: "crossed", target: "kind" }
    const wrong: Omit<TrainingRequest, "dataset" | "target">[] = [
      { network: { layers: [] } },
      { network: { layers: Array.from({ length: 9 }, () => 4) } },
      { network: { layers: [4_097] } },
      { network: { dropout: 1 } },
      { network: { learningRate: 0 } },
      { network: { l2: -1 } },
      { network: { epochs: 0 } },
      { network: { batchSize: 0.5 } },
      { network: { patience: 0 } },
      { learner: "linear", network: { epochs: 3 } },
      { learner: "network", linear: { penalty: 1 } },
      { linear: { penalty: 0 } },
      { linear: { l1Ratio: 1.1 } },
    ]
    for (const settings of wrong)
      await assert.rejects(client.startTraining({ body: { ...order, ...settings } }), (error) => {
        assert.ok(error instanceof QuernstoneError)
        assert.equal(error.code, "REQUEST_INVALID", JSON.stringify(settings))
        assert.match(error.problems[0]?.message ?? "", /^(network|linear)/)
        return true
      })
  })

  await t.test("settings that lead nowhere are said, where only they were asked for", async () => {
    const network = { layers: [8], optimizer: "sgd", learningRate: 10, l2: 100, epochs: 20 } as const
    const order = { dataset: "counts", target: "count", task: "regression", model: "astray" } as const
    const error = await failure({ ...order, learner: "network", network: { ...network, layers: [8] } })
    assert.equal(error?.code, "NETWORK_DIVERGED")
    const { learner } = await train({ ...order, network: { ...network, layers: [8] } })
    assert.equal(learner, "linear", "the others still serve")
  })

  await t.test("equal seeds give equal bits", async () => {
    const digest = async (seed: number) => {
      const network = { layers: [8], epochs: 5, dropout: 0.2 }
      const body = { dataset: "crossed", target: "kind", model: "bits", seed, network }
      return (await train({ ...body, learner: "network" })).fileDigest
    }
    const first = await digest(5)
    assert.equal(await digest(5), first)
    assert.notEqual(await digest(6), first)
  })

  await t.test(
    "a long training of a network tells how far it is, and ends when it is cancelled",
    async () => {
      const network = { layers: [32], epochs: 10_000, patience: null }
      const body = {
        dataset: "crossed",
        target: "kind",
        model: "endless",
        learner: "network",
        network,
      } as const
      const job = await client.startTraining({ body: { ...body, network: { ...network, layers: [32] } } })
      const shares = new Set<number>()
      let state = job.state
      for await (const now of client.watchJob({ id: job.id })) {
        state = now.state
        if (now.progress?.phase === "comparing") shares.add(now.progress.done)
        if (shares.size === 3) await client.cancelJob({ id: job.id })
      }
      assert.equal(state, "cancelled")
      assert.ok(shares.size >= 3, "progress stood still")
      await assert.rejects(client.getModel({ name: "endless" }), { code: "MODEL_NOT_FOUND" })
    },
  )
})

/** Counts that grow as a power of x. */
function counts(rowCount: number): string {
  const lines = ["x,place,count"]
  for (let row = 0; row < rowCount; row++) {
    const x = ((row * 7_919) % 401) / 10 - 20
    const place = ["a", "b", "c"][row % 3] ?? ""
    lines.push([x, place, Math.round(Math.exp(x / 10 + (row % 3) / 2) * 4)].join(","))
  }
  return lines.join("\n")
}

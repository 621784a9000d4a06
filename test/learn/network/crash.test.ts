import assert from "node:assert/strict"
import { fork } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"

import { fitOptions, network, x, y } from "./crash-training.ts"

const child = fileURLToPath(new URL(`./crash-training${import.meta.url.slice(-3)}`, import.meta.url))

test("a training that is killed with -9 in the middle goes on from its checkpoint to the same bits", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "quernstone-crash-"))
  t.after(() => rm(folder, { recursive: true }))
  const whole = network()
  await whole.fit(x, y, fitOptions)
  for (const epochs of [1, 7]) {
    const path = join(folder, `killed-after-${epochs}.safetensors`)
    const training = fork(child, [path])
    for (let ended = 0; ended < epochs; ended++) await once(training, "message")
    training.kill("SIGKILL")
    const [, signal] = await once(training, "exit")
    assert.equal(signal, "SIGKILL")
    const resumed = network()
    const { epochs: history } = await resumed.fit(x, y, { ...fitOptions, checkpoint: { path }, resume: true })
    assert.equal(history.length, fitOptions.epochs)
    assert.deepEqual(
      resumed.getWeights().map(({ data }) => data),
      whole.getWeights().map(({ data }) => data),
    )
  }
})

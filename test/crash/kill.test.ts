/** @file Whole servers, their jobs and their PostgreSQL are killed while clients write; bench/crash.ts does it twenty times each. */
import assert from "node:assert/strict"
import { randomInt } from "node:crypto"
import { join } from "node:path"
import { test } from "node:test"

import { tellStory } from "../../bench/crash/story.ts"
import { temporaryDataFolder } from "../database.ts"

test("what was acknowledged outlives kill -9 of server, job and PostgreSQL, once and whole", async (t) => {
  const seed = randomInt(2 ** 31)
  t.diagnostic(`seed ${seed}`)
  const story = await tellStory({
    dataFolder: join(await temporaryDataFolder(t), "data"),
    seed,
    killsOfEach: 2,
    writers: 2,
    pauseMsMax: 500,
    settleMsMax: 60_000,
  })
  const { lost, doubled, failed, damaged, leftOver, surprises } = story
  assert.deepEqual(
    { lost, doubled, failed, damaged, leftOver, surprises },
    { lost: [], doubled: [], failed: [], damaged: [], leftOver: [], surprises: [] },
    `seed ${seed}`,
  )
  assert.deepEqual(story.kills, { server: 2, child: 2, postgres: 2 })
  assert.ok(story.deployments > 0, `seed ${seed}: nothing was deployed`)
})

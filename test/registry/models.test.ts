/** @file The registry on a real database: versions are numbered without gaps, aliases move, lineage reaches both ways. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { systemClock } from "../../src/base/clock.ts"
import { newIdentifier } from "../../src/base/identifiers.ts"
import type { Signature } from "../../src/prepare/signature.ts"
import { lineageOf, link } from "../../src/registry/lineage.ts"
import {
  addModelVersion,
  getModel,
  getModelVersion,
  listModels,
  listModelVersions,
  setAlias,
} from "../../src/registry/models.ts"
import type { Transaction } from "../../src/store/index.ts"
import { addWorkspace, type TestStore, testStore } from "../database.ts"

const signature: Signature = {
  version: 1,
  task: "regression",
  target: "y",
  columns: [],
  ignored: [],
  classes: null,
  positiveClass: null,
  threshold: null,
}

test("ten registrations at once get the numbers one to ten, and the first is production", async (t) => {
  const stand = await testStore(t)
  const versions = await Promise.all(
    Array.from({ length: 10 }, (_, at) =>
      inWorkspace(stand, (transaction) => add(stand, transaction, "m", at)),
    ),
  )
  assert.deepEqual(
    versions.map(({ version }) => version).sort((a, b) => a - b),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  )
  const model = await inWorkspace(stand, (transaction) => getModel(transaction, "m"))
  assert.deepEqual([model.latestVersion, model.latest?.version, model.aliases], [10, 10, { production: 1 }])
})

test("a registration that is rolled back takes no number and leaves no model", async (t) => {
  const stand = await testStore(t)
  const undone = inWorkspace(stand, async (transaction) => {
    await add(stand, transaction, "m", 1)
    throw new Error("undo")
  })
  await assert.rejects(undone, /undo/)
  await assert.rejects(
    inWorkspace(stand, (transaction) => getModel(transaction, "m")),
    { code: "MODEL_NOT_FOUND" },
  )
  assert.equal((await inWorkspace(stand, (transaction) => add(stand, transaction, "m", 1))).version, 1)
})

test("a version is chosen by number, alias or as the newest; what there is not is named", async (t) => {
  const stand = await testStore(t)
  for (let at = 0; at < 3; at += 1)
    await inWorkspace(stand, (transaction) => add(stand, transaction, "m", at))
  const { workspaceId } = stand
  const move = (version: number) =>
    inWorkspace(stand, (transaction) =>
      setAlias(transaction, { workspaceId, model: "m", alias: "best", version }),
    )
  const choose = async (choice: Parameters<typeof getModelVersion>[2]) =>
    (await inWorkspace(stand, (transaction) => getModelVersion(transaction, "m", choice))).version
  await move(2)
  assert.deepEqual(
    [await choose("latest"), await choose({ version: 1 }), await choose({ alias: "best" })],
    [3, 1, 2],
  )
  const moved = await move(3)
  assert.deepEqual(moved.aliases, { best: 3, production: 1 })
  assert.equal(await choose({ alias: "best" }), 3)
  const newest = await inWorkspace(stand, (transaction) => getModelVersion(transaction, "m", "latest"))
  assert.deepEqual(newest.aliases, ["best"])
  await assert.rejects(choose({ alias: "worst" }), { code: "ALIAS_NOT_FOUND" })
  await assert.rejects(choose({ version: 4 }), { code: "MODEL_VERSION_NOT_FOUND" })
  await assert.rejects(move(4), { code: "MODEL_VERSION_NOT_FOUND" })
})

test("models come by name and versions newest first, page by page", async (t) => {
  const stand = await testStore(t)
  for (const model of ["b", "a", "模型", "c"])
    await inWorkspace(stand, (transaction) => add(stand, transaction, model, 0))
  for (let at = 1; at < 5; at += 1)
    await inWorkspace(stand, (transaction) => add(stand, transaction, "a", at))
  const first = await inWorkspace(stand, (transaction) =>
    listModels(transaction, { limit: 3, cursor: undefined }),
  )
  assert.deepEqual([first.items.map(({ name }) => name), first.nextCursor], [["a", "b", "c"], "c"])
  const rest = await inWorkspace(stand, (transaction) => listModels(transaction, { limit: 3, cursor: "c" }))
  assert.deepEqual([rest.items.map(({ name }) => name), rest.nextCursor], [["模型"], null])
  const page = (cursor: string | undefined) =>
    inWorkspace(stand, (transaction) => listModelVersions(transaction, "a", { limit: 3, cursor }))
  const newest = await page(undefined)
  assert.deepEqual([newest.items.map(({ version }) => version), newest.nextCursor], [[5, 4, 3], "3"])
  const oldest = await page("3")
  assert.deepEqual([oldest.items.map(({ version }) => version), oldest.nextCursor], [[2, 1], null])
})

test("lineage goes from the farthest source to the farthest product, each edge once", async (t) => {
  const stand = await testStore(t)
  const { workspaceId } = stand
  const first = await inWorkspace(stand, (transaction) => add(stand, transaction, "teacher", 0))
  const second = await inWorkspace(stand, (transaction) =>
    add(stand, transaction, "pupil", 1, [{ kind: "model_version", id: first.id, relation: "learned from" }]),
  )
  const endpoint = newIdentifier(systemClock)
  const edge = {
    workspaceId,
    product: { kind: "endpoint", id: endpoint },
    source: { kind: "model_version", id: second.id },
    relation: "serves",
  } as const
  for (let time = 0; time < 2; time += 1) await inWorkspace(stand, (transaction) => link(transaction, edge))
  for (const id of [first.id, second.id]) {
    const edges = await inWorkspace(stand, (transaction) =>
      lineageOf(transaction, { kind: "model_version", id }),
    )
    assert.deepEqual(
      edges.map(({ product, relation, source }) => [product.id, relation, source.id]),
      [
        [second.id, "learned from", first.id],
        [endpoint, "serves", second.id],
      ],
    )
  }
})

test("a model of another workspace does not exist, and its name is free", async (t) => {
  const stand = await testStore(t)
  await inWorkspace(stand, (transaction) => add(stand, transaction, "m", 0))
  const other = { ...stand, workspaceId: await addWorkspace(stand.store) }
  await assert.rejects(
    inWorkspace(other, (transaction) => getModel(transaction, "m")),
    { code: "MODEL_NOT_FOUND" },
  )
  assert.equal((await inWorkspace(other, (transaction) => add(other, transaction, "m", 0))).version, 1)
})

type Stand = Pick<TestStore, "store" | "workspaceId">

function inWorkspace<T>(stand: Stand, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  return stand.store.inWorkspace(stand.workspaceId, work)
}

function add(
  { workspaceId }: Stand,
  transaction: Transaction,
  model: string,
  seed: number,
  sources: Parameters<typeof addModelVersion>[1]["sources"] = [],
): Promise<{ id: string; version: number }> {
  const fileDigest = seed.toString(16).padStart(64, "0")
  return addModelVersion(
    transaction,
    { workspaceId, model, fileDigest, byteLength: 1, signature, report: { seed }, jobId: null, sources },
    systemClock,
  )
}

/** @file The file that the API hands out is what the server serves: Python's onnx accepts it, Python's onnxruntime answers the same. */
import assert from "node:assert/strict"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"

import { z } from "zod"

import type { Client } from "../../client/src/index.ts"
import { defaultLimits } from "../../src/base/limits.ts"
import type { Tensors } from "../../src/engine/session.ts"
import { feedsOf } from "../../src/prepare/feeds.ts"
import { compilePacker } from "../../src/prepare/pack.ts"
import { temporaryDataFolder } from "../database.ts"
import { addDataset, exampleFile, serverForTest, trainAndDeploy } from "../server.ts"
import { askPeer } from "./python.ts"

const rowsMax = 1_000
const answerSchema = z.object({
  outputs: z.record(z.string(), z.array(z.union([z.string(), z.number(), z.array(z.number())]))),
})

const cases: readonly { name: string; target: string; csv: () => Promise<Uint8Array<ArrayBuffer>> }[] = [
  { name: "flights_late_25k", target: "late", csv: () => exampleFile("flights_late_25k.csv") },
  { name: "iris", target: "species", csv: () => exampleFile("iris.csv") },
  { name: "diabetes_progression", target: "progression", csv: () => exampleFile("diabetes_progression.csv") },
  { name: "mixed", target: "late", csv: async () => new TextEncoder().encode(mixedTable()) },
]

test("Python's onnx checks our files and Python's onnxruntime answers as the API does", async (t) => {
  const { client } = await serverForTest(t)
  const folder = await temporaryDataFolder(t)
  for (const { name, target, csv } of cases) {
    const content = await csv()
    await addDataset(client, name, content)
    for (const learner of ["linear", "network"] as const)
      await t.test(`${name}, ${learner}`, async () => {
        await trainAndDeploy(client, name, target, learner)
        const version = await client.getModelVersion({ name, version: "latest" })
        assert.equal(version.learner, learner)
        const { signature, task } = version
        const rows = rowsOf(new TextDecoder().decode(content), signature.columns)
        const path = join(folder, `${name}-${learner}.onnx`)
        await writeFile(path, await client.getModelFile({ name, version: "latest" }))
        const { packed } = compilePacker(signature, defaultLimits).pack(rows, { strict: false })
        const answer = await askPeer("run_onnx.py", { path, feeds: portable(feedsOf(signature, packed)) })
        const { outputs } = answerSchema.parse(answer)
        await compare(client, { name, rows, outputs, isRegression: task === "regression" })
      })
  }
})

async function compare(
  client: Client,
  given: {
    readonly name: string
    readonly rows: readonly Record<string, string | number | boolean | null>[]
    readonly outputs: z.infer<typeof answerSchema>["outputs"]
    readonly isRegression: boolean
  },
): Promise<void> {
  const { name, rows, outputs, isRegression } = given
  const { predictions } = await client.predict({ name, body: { rows: [...rows] } })
  assert.equal(predictions.length, rows.length)
  for (const [row, prediction] of predictions.entries()) {
    if (isRegression) {
      assert.ok("prediction" in prediction)
      near(Number(outputs.prediction?.[row]), prediction.prediction)
      continue
    }
    assert.ok("label" in prediction)
    assert.equal(outputs.label?.[row], prediction.label)
    const theirs = outputs.probabilities?.[row]
    assert.ok(Array.isArray(theirs))
    for (const [index, ours] of Object.values(prediction.probabilities).entries())
      near(Number(theirs[index]), ours)
  }
}

function near(theirs: number, ours: number): void {
  assert.ok(Math.abs(theirs - ours) <= 1e-5 * Math.max(1, Math.abs(ours)), `${theirs} is not ${ours}`)
}

/** Typed arrays and NaN as JSON; JSON.stringify writes NaN as null, whole numbers of 64 bits are no input of ours. */
function portable(feeds: Tensors) {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { type, shape, data }]) => {
      assert.ok(!(data instanceof BigInt64Array))
      return [name, { type, shape, data: Array.from<string | number>(data) }]
    }),
  )
}

/** Raw rows for the API; plain cells only, as these files have no quotes. */
function rowsOf(
  csv: string,
  columns: readonly { readonly name: string; readonly kind: string }[],
): Record<string, string | number | boolean | null>[] {
  const [header = "", ...lines] = csv.trimEnd().split(/\r?\n/)
  const names = header.split(",")
  return lines.slice(0, rowsMax).map((line) => {
    const cells = line.split(",")
    return Object.fromEntries(
      columns.map(({ name, kind }) => {
        const cell = cells[names.indexOf(name)] ?? ""
        if (cell === "" || cell === "NA") return [name, null]
        if (kind === "number") return [name, Number(cell)]
        return [name, kind === "boolean" ? cell === "true" : cell]
      }),
    )
  })
}

function mixedTable(): string {
  const lines = ["when,where,count,urgent,id64,late"]
  for (let row = 0; row < 600; row += 1) {
    const where = ["north", "south", "东区", ""][row % 4]
    const count = row % 11 === 0 ? "" : String((row * 37) % 100)
    const urgent = row % 13 === 0 ? "" : String(row % 2 === 0)
    const day = String(1 + (row % 28)).padStart(2, "0")
    const isLate = row % 4 === 2 ? row % 5 !== 0 : row % 7 === 0
    lines.push(
      `2026-0${1 + (row % 9)}-${day}T0${row % 9}:30:00,${where},${count},${urgent},${100_000_000 + ((row * 7_919) % 900)},${isLate ? "yes" : "no"}`,
    )
  }
  return lines.join("\n")
}

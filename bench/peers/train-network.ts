/**
 * @file Trains a made problem with Quernstone, in a process of its own as its peers have: a request as JSON on stdin, an answer on stdout, both as
 * bench/peers/network/common.py tells them.
 */
import { readFile } from "node:fs/promises"
import { json } from "node:stream/consumers"

import { z } from "zod"

import { Dense, Sequential } from "../../src/learn.ts"

const requestSchema = z.object({
  dataPath: z.string(),
  rows: z.int(),
  sizes: z.array(z.int()),
  batch: z.int(),
  epochs: z.int(),
  threads: z.int(),
  seed: z.int(),
})

const { dataPath, rows, sizes, batch, epochs, threads, seed } = requestSchema.parse(await json(process.stdin))
const bytes = await readFile(dataPath)
const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
let used = 0
const take = (count: number) => {
  used += count
  return values.subarray(used - count, used)
}
const [width = 0, ...units] = sizes
const x = { data: take(rows * width), shape: [rows, width] }
const y = take(rows)
const weights = units.flatMap((count, at) => [take((sizes[at] ?? 0) * count), take(count)])

const outputs = units.at(-1) ?? 1
const model = Sequential(
  units.map((count, at) =>
    Dense(count, {
      activation: at < units.length - 1 ? "relu" : outputs === 1 ? "sigmoid" : "softmax",
      ...(at === 0 ? { inputDim: width } : {}),
    }),
  ),
  { seed },
)
model.compile({
  loss: outputs === 1 ? "binaryCrossentropy" : "sparseCategoricalCrossentropy",
  optimizer: "adam",
})
model.setWeights(weights)
const epochEnds: number[] = []
const onEpochEnd = () => {
  epochEnds.push(performance.now())
}
const started = performance.now()
const history = await model.fit(x, y, { epochs, batchSize: batch, threads, verbose: false, onEpochEnd })
const ended = performance.now()
const times = { fitMs: ended - started, laterMs: ended - (epochEnds[0] ?? ended) }
const losses = history.epochs.map(({ loss }) => loss)
const peak = /VmHWM:\s+(\d+) kB/.exec(await readFile("/proc/self/status", "utf8"))?.[1]
const packageText = await readFile(new URL("../../../package.json", import.meta.url), "utf8")
const { version } = z.object({ version: z.string() }).parse(JSON.parse(packageText))
console.log(JSON.stringify({ version, ...times, losses, peakBytes: 1024 * Number(peak) }))

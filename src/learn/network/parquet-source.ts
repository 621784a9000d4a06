/** @file Training from Parquet files that memory does not hold: a thread reads the next windows while the last one is trained on. */
import assert from "node:assert"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Worker } from "node:worker_threads"

import { entryUrl } from "../../base/entry.ts"
import { fault } from "../../base/errors.ts"
import {
  buffersOf,
  type ColumnGroup,
  errorOf,
  type FromReader,
  type Opened,
  type ReaderOptions,
  type ReadOrder,
  type ToReader,
} from "./parquet-messages.ts"
import { type Shard, shardsOf, shardsPerWindow, windowsOf } from "./parquet-plan.ts"
import type { TrainingSource, TrainingWindow } from "./source.ts"

/** The columns that make up one array. */
export type ParquetColumns = {
  /** A list of names makes an array [rows, names]; a single name an array [rows]. */
  readonly columns: string | readonly string[]
  /** int64 are codes of levels or classes, from columns of whole numbers ("float32"). */
  readonly type?: "float32" | "int64"
}

/** Which files and columns, and how much of them is in memory at once. */
export type ParquetSourceOptions = {
  /** All have the columns that are used; their order matters to the order of rows alone. */
  readonly paths: readonly string[]
  /** One for each input of the model, and one for each output. Numeric columns or booleans, without missing values. */
  readonly inputs: readonly ParquetColumns[]
  readonly targets: readonly ParquetColumns[]
  /** The column that holds how much each row weighs. */
  readonly weight?: string | null
  /** Rows that are in memory and shuffled together (as many as fit into 32 MiB, at most 1,048,576). */
  readonly windowRows?: number
  /** Windows that are read ahead, into the next epoch too (1). */
  readonly prefetch?: number
  readonly seed?: number
  /** What DuckDB may hold beside the windows (256 MiB). */
  readonly memoryBytesMax?: number
}

/**
 * Opens the files. An epoch visits shards (runs of row groups) in an order of its own and mixes eight in a window. Memory: prefetch + 1
 * windows, which are filled again and again, DuckDB's, and about 1 KiB for every column of every row group (the footers). Row groups of a
 * window's eighth or less are read whole, larger ones in parts that cost more. Throws PARQUET_FILE, PARQUET_COLUMN and NETWORK_SETTING;
 * while it is read PARQUET_VALUE and PARQUET_CHANGED as well.
 */
export async function parquetSource(options: ParquetSourceOptions): Promise<TrainingSource> {
  const { paths, weight = null, prefetch = 1, seed = 1, memoryBytesMax = memoryBytesDefault } = options
  if (paths.length === 0)
    throw fault("NETWORK_SETTING", { name: "paths", got: "empty", expected: "at least one file" })
  const inputs = groupsOf("inputs", options.inputs)
  const targets = groupsOf("targets", options.targets)
  const { windowRows = windowRowsFor([...inputs, ...targets]) } = options
  checkCounts({ windowRows, prefetch, memoryBytesMax })
  const folder = await mkdtemp(join(tmpdir(), "quernstone-parquet-"))
  const thread = new ReaderThread(folder)
  try {
    const { rowGroups, fingerprint } = await thread.open({
      paths,
      inputs,
      targets,
      weight,
      memoryBytesMax,
      folder,
    })
    const shards = shardsOf(rowGroups, { shardRows: Math.floor(windowRows / shardsPerWindow) })
    const rowCount = shards.reduce((sum, { from, to }) => sum + to - from, 0)
    const capacityRows = Math.min(windowRows, rowCount)
    const planOf = (epoch: number) => windowsOf(shards, { seed, epoch, windowRows })
    const ahead: Ahead = { thread, prefetch, capacityRows, planOf, spares: [], kept: null }
    return {
      rowCount,
      hasWeights: weight !== null,
      fingerprint: `${fingerprint} ${windowRows} ${seed}`,
      windows: (epoch, from) => readAhead(ahead, epoch, from),
      close: () => thread.close(),
    }
  } catch (error) {
    await thread.close()
    throw error
  }
}

const windowBytesDefault = 32 * 2 ** 20
/** More would be mixed no better, and wait longer for the first. */
const windowRowsDefaultMax = 2 ** 20
const memoryBytesDefault = 256 * 2 ** 20

function windowRowsFor(groups: readonly ColumnGroup[]): number {
  const rowBytes = groups.reduce(
    (sum, { columns, type }) => sum + columns.length * (type === "int64" ? 8 : 4),
    0,
  )
  return Math.max(shardsPerWindow, Math.min(windowRowsDefaultMax, Math.floor(windowBytesDefault / rowBytes)))
}

function checkCounts(counts: { windowRows: number; prefetch: number; memoryBytesMax: number }): void {
  const least = { windowRows: shardsPerWindow, prefetch: 1, memoryBytesMax: 1 }
  for (const [name, got] of Object.entries(counts)) {
    const from = Object.entries(least).find(([key]) => key === name)?.[1] ?? 1
    if (!Number.isSafeInteger(got) || got < from)
      throw fault("NETWORK_SETTING", { name, got, expected: `a whole number from ${from}` })
  }
}

function groupsOf(name: string, given: readonly ParquetColumns[]): ColumnGroup[] {
  const groups = given.map(({ columns, type = "float32" }) => ({
    columns: typeof columns === "string" ? [columns] : columns,
    type,
    isFlat: typeof columns === "string",
  }))
  if (groups.length === 0 || groups.some(({ columns }) => columns.length === 0))
    throw fault("NETWORK_SETTING", { name, got: "empty", expected: "at least one list of columns" })
  return groups
}

/** What a source keeps from epoch to epoch. */
type Ahead = {
  readonly thread: ReaderThread
  readonly prefetch: number
  readonly capacityRows: number
  readonly planOf: (epoch: number) => Shard[][]
  /** The memory of windows that are done with. */
  readonly spares: ArrayBuffer[][]
  /** The first windows of the epoch that will probably follow: nobody waits at its beginning. */
  kept: { readonly epoch: number; readonly readings: Reading[] } | null
}

/** While a window is in use, `prefetch` more are read or ready; once it is done with, its memory goes to the next that is read. */
async function* readAhead(
  ahead: Ahead,
  epoch: number,
  from: number,
): AsyncGenerator<TrainingWindow, void, undefined> {
  const { spares, prefetch } = ahead
  const own = ahead.planOf(epoch).slice(from)
  const plan = [...own, ...ahead.planOf(epoch + 1).slice(0, prefetch + 1)]
  const readings = takeKept(ahead, epoch, from)
  let asked = readings.length
  const ask = () => {
    const shards = plan[asked]
    if (shards === undefined) return
    asked++
    readings.push(ahead.thread.read({ shards, capacityRows: ahead.capacityRows, spare: spares.pop() ?? [] }))
  }
  let isWhole = false
  try {
    while (asked < prefetch + 1 && asked < plan.length) ask()
    for (let count = 0; count < own.length; count++) {
      const window = await readings.shift()?.window
      assert(window !== undefined, "readings are asked for before they are waited for")
      yield window
      const spare = buffersOf(window)
      // Its reader may have handed it on for good; and epochs that are read side by side leave no more than one would.
      if (spare.every(({ byteLength }) => byteLength > 0) && spares.length <= prefetch) spares.push(spare)
      ask()
    }
    isWhole = ahead.kept === null
    if (isWhole) ahead.kept = { epoch: epoch + 1, readings }
  } finally {
    if (!isWhole) drop(readings)
  }
}

function takeKept(ahead: Ahead, epoch: number, from: number): Reading[] {
  const { kept } = ahead
  ahead.kept = null
  if (kept === null) return []
  if (kept.epoch === epoch && from === 0) return kept.readings
  drop(kept.readings)
  return []
}

function drop(readings: readonly Reading[]): void {
  for (const reading of readings) reading.drop()
}

type Reading = { readonly window: Promise<TrainingWindow>; readonly drop: () => void }

type Waiting<Value> = {
  readonly resolve: (value: Value) => void
  readonly reject: (reason: Error) => void
}

/** One thread for the life of a source; its folder goes with it. */
class ReaderThread {
  // Every chunk that is read becomes garbage with native memory behind it: often collected, it stays small (70 MB less, at no cost).
  readonly #worker = new Worker(entryUrl("parquet-worker", import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: 1 },
  })
  readonly #ended: Promise<void>
  readonly #waiting = new Map<number, Waiting<TrainingWindow>>()
  #opening: Waiting<Opened> | null = null
  #lastId = 0
  #isClosed = false

  constructor(folder: string) {
    let reason: Error = fault("NETWORK_DATA", { reason: "the source was closed while its windows were read" })
    this.#worker.on("message", (message: FromReader) => this.#hear(message))
    this.#worker.on("error", (error: Error) => {
      reason = error
    })
    this.#ended = new Promise((resolve, reject) => {
      this.#worker.on("exit", () => {
        this.#end(reason)
        rm(folder, { recursive: true, force: true }).then(resolve, reject)
      })
    })
  }

  open(options: ReaderOptions): Promise<Opened> {
    return new Promise((resolve, reject) => {
      this.#opening = { resolve, reject }
      this.#send({ kind: "open", options })
    })
  }

  read(order: ReadOrder): Reading {
    if (this.#isClosed) throw fault("NETWORK_DATA", { reason: "the source is closed" })
    this.#lastId++
    const id = this.#lastId
    const window = new Promise<TrainingWindow>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.ref()
      this.#send({ kind: "read", id, ...order }, order.spare)
    })
    // It is told to whoever waits for the window, which may be later or never.
    window.catch(() => undefined)
    return {
      window,
      drop: () => {
        if (this.#settled(id) !== undefined) this.#send({ kind: "drop", id })
      },
    }
  }

  close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true
      this.#worker.ref()
      this.#send({ kind: "close" })
    }
    return this.#ended
  }

  #hear(message: FromReader): void {
    switch (message.kind) {
      case "opened":
        this.#unrefIfIdle()
        this.#opening?.resolve(message.opened)
        break
      case "openFailed":
        this.#opening?.reject(errorOf(message.failure))
        break
      case "read":
        this.#settled(message.id)?.resolve(message.window)
        break
      case "readFailed":
        this.#settled(message.id)?.reject(errorOf(message.failure))
        break
    }
  }

  #settled(id: number): Waiting<TrainingWindow> | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    this.#unrefIfIdle()
    return waiting
  }

  /** A source that nobody reads does not keep the process alive. */
  #unrefIfIdle(): void {
    if (this.#waiting.size === 0 && !this.#isClosed) this.#worker.unref()
  }

  #end(reason: Error): void {
    this.#isClosed = true
    this.#opening?.reject(reason)
    for (const { reject } of this.#waiting.values()) reject(reason)
    this.#waiting.clear()
  }

  #send(message: ToReader, buffers: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, buffers)
  }
}

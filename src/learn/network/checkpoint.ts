/** @file Checkpoints: a course in one file of the safetensors format, replaced as a whole, so that a kill leaves the old one or the new. */
import assert from "node:assert"
import { createHash } from "node:crypto"
import { open, readFile, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"

import { z } from "zod"

import { fault, messageOf } from "../../base/errors.ts"
import type { CompiledNetwork } from "./compiled-network.ts"
import { type Course, courseSchema, type Tensors } from "./course.ts"

/** Tells trainings apart that would not go on from one another's checkpoints: by network, settings, and the first values of the data. */
export function fingerprintOf(
  { layout, objective, optimizer, schedule, metrics }: CompiledNetwork,
  others: {
    readonly batchSize: number
    readonly seed: number
    readonly rowCount: number
    readonly sample: Uint8Array
  },
): string {
  const { sample, ...rest } = others
  const { name, learningRate, clipping, settings } = optimizer
  const facts = {
    plan: layout.plan,
    objective,
    optimizer: { name, learningRate, clipping, settings },
    schedule,
    metrics: metrics.map((metric) => metric.name),
    ...rest,
  }
  return createHash("sha256").update(JSON.stringify(facts)).update(sample).digest("hex")
}

/**
 * 8 bytes little-endian length of the header; the header, JSON: per tensor its type, shape and place, and `__metadata__`; the tensors. Any
 * reader of safetensors opens it. Throws CHECKPOINT_UNWRITTEN; the one before is then still there.
 */
export async function writeCheckpoint(path: string, course: Course, fingerprint: string): Promise<void> {
  const { carried, best, ...rest } = course
  const tensors: [string, Float32Array][] = [
    ...Object.entries(carried).map(([name, data]): [string, Float32Array] => [`carried/${name}`, data]),
    ...Object.entries(best?.carried ?? {}).map(([name, data]): [string, Float32Array] => [
      `best/${name}`,
      data,
    ]),
  ]
  let offset = 0
  const entries = tensors.map(([name, data]) => {
    const from = offset
    offset += data.byteLength
    return [name, { dtype: "F32", shape: [data.length], data_offsets: [from, offset] }] as const
  })
  const kept = { ...rest, best: best === null ? null : { epoch: best.epoch, value: best.value } }
  const metadata = { format: "quernstone-checkpoint-1", fingerprint, course: JSON.stringify(kept) }
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) })
  // Padded with spaces, so that the tensors begin at a multiple of 8.
  const header = Buffer.from(json + " ".repeat((8 - (Buffer.byteLength(json) % 8)) % 8))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  const parts = [length, header, ...tensors.map(([, data]) => bytesOf(data))]
  await written(path, () => replaceFile(path, parts))
}

/** Can a checkpoint be written there? One that is there already stays. Throws CHECKPOINT_UNWRITTEN. */
export async function checkPlace(path: string): Promise<void> {
  await written(path, async () => {
    const file = await open(temporaryOf(path), "w")
    await file.close()
    await rm(temporaryOf(path))
  })
}

async function written(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    throw fault("CHECKPOINT_UNWRITTEN", { path, reason: messageOf(error) }, { cause: error })
  }
}

function temporaryOf(path: string): string {
  return `${path}.${process.pid}.tmp`
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** The file is the old one or the new one, whatever happens in between. */
async function replaceFile(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const temporary = temporaryOf(path)
  try {
    const file = await open(temporary, "w")
    try {
      // Not write, which may leave a rest.
      for (const part of parts) await file.writeFile(part)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** The rename itself is on disk. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r")
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

const headerSchema = z.object({
  __metadata__: z.object({
    format: z.literal("quernstone-checkpoint-1"),
    fingerprint: z.string(),
    course: z.string(),
  }),
})
const entrySchema = z.object({
  dtype: z.literal("F32"),
  shape: z.array(z.int()),
  data_offsets: z.tuple([z.int(), z.int()]),
})

/** Null when there is no file. Throws CHECKPOINT_UNFIT for one of another network, other settings or data, or a damaged one. */
export async function readCheckpoint(path: string, fingerprint: string): Promise<Course | null> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null
    throw error
  }
  const course = parse(path, bytes, fingerprint)
  return course
}

function parse(path: string, bytes: Buffer, fingerprint: string): Course {
  try {
    const length = Number(bytes.readBigUInt64LE(0))
    const header: unknown = JSON.parse(bytes.toString("utf8", 8, 8 + length))
    const { __metadata__: metadata } = headerSchema.parse(header)
    if (metadata.fingerprint !== fingerprint)
      throw new Error("it was written by a training of another network, with other settings or other data")
    const { best, ...rest } = courseSchema.parse(JSON.parse(metadata.course))
    const tensors = tensorsOf(header, bytes.subarray(8 + length))
    return {
      ...rest,
      carried: withPrefix(tensors, "carried/"),
      best: best === null ? null : { ...best, carried: withPrefix(tensors, "best/") },
    }
  } catch (error) {
    throw fault("CHECKPOINT_UNFIT", { path, reason: reasonOf(error) }, { cause: error })
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError || error instanceof RangeError || error instanceof z.ZodError)
    return "it is damaged or no checkpoint"
  return messageOf(error)
}

function tensorsOf(header: unknown, data: Buffer): ReadonlyMap<string, Float32Array> {
  assert(typeof header === "object" && header !== null)
  const tensors = new Map<string, Float32Array>()
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue
    const { data_offsets: offsets } = entrySchema.parse(entry)
    const [from, to] = offsets
    if (to > data.length) throw new RangeError("the file is too short")
    const copy = new Uint8Array(data.subarray(from, to))
    tensors.set(name, new Float32Array(copy.buffer))
  }
  return tensors
}

function withPrefix(tensors: ReadonlyMap<string, Float32Array>, prefix: string): Tensors {
  const chosen = [...tensors].filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(chosen.map(([name, data]) => [name.slice(prefix.length), data]))
}

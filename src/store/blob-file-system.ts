/** @file The calls on a file system that blobs make, few and named, so that a test can record their order or let them fail. */
import { createReadStream } from "node:fs"
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises"
import type { Readable } from "node:stream"

import { codeOf, syncFolder } from "./files.ts"

export type BlobFile = {
  /** Writes all bytes at this position. */
  readonly write: (bytes: Uint8Array, position: number) => Promise<void>
  readonly sync: () => Promise<void>
  readonly close: () => Promise<void>
}

export type FileFacts = { readonly byteLength: number; readonly modifiedAtMs: number }

export type BlobFileSystem = {
  /** Makes a folder and those above it that are missing. */
  readonly makeFolder: (path: string) => Promise<void>
  /** A file that must not exist yet. */
  readonly create: (path: string) => Promise<BlobFile>
  readonly rename: (from: string, to: string) => Promise<void>
  readonly syncFolder: (path: string) => Promise<void>
  /** Returns whether it was there. */
  readonly remove: (path: string) => Promise<boolean>
  readonly facts: (path: string) => Promise<FileFacts | null>
  /** Names in a folder; none when it is missing. */
  readonly list: (path: string) => Promise<readonly string[]>
  /** The first bytes, at most `byteLength`; null when the file is missing. */
  readonly head: (path: string, byteLength: number) => Promise<Buffer | null>
  readonly read: (path: string, start: number) => Readable
}

export const diskFileSystem: BlobFileSystem = {
  makeFolder: async (path) => {
    await mkdir(path, { recursive: true, mode: 0o700 })
  },
  create: async (path) => {
    const file = await open(path, "wx", 0o600)
    return {
      write: async (bytes, position) => {
        for (let done = 0; done < bytes.length; )
          done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten
      },
      sync: () => file.sync(),
      close: () => file.close(),
    }
  },
  rename,
  syncFolder,
  remove: (path) =>
    unlessMissing(
      rm(path).then(() => true),
      false,
    ),
  facts: (path) =>
    unlessMissing(
      stat(path).then(({ size, mtimeMs }) => ({ byteLength: size, modifiedAtMs: mtimeMs })),
      null,
    ),
  list: (path) => unlessMissing(readdir(path), []),
  head: (path, byteLength) => unlessMissing(readHead(path, byteLength), null),
  read: (path, start) => createReadStream(path, { start }),
}

async function readHead(path: string, byteLength: number): Promise<Buffer> {
  const file = await open(path, "r")
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(byteLength), position: 0 })
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

async function unlessMissing<Found, Missing>(
  work: Promise<Found>,
  missing: Missing,
): Promise<Found | Missing> {
  try {
    return await work
  } catch (error) {
    if (codeOf(error) === "ENOENT") return missing
    throw error
  }
}

/** @file Blobs: content named by its SHA-256, in a folder; durable once put, checked whenever read to the end. */
import { createHash, randomUUID } from "node:crypto"
import { createReadStream } from "node:fs"
import { open, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Readable } from "node:stream"

import { fault } from "../base/errors.ts"
import { type BlobFileSystem, diskFileSystem } from "./blob-file-system.ts"
import { type BlobHeader, blobHeaderBytes, decodeBlobHeader, encodeBlobHeader } from "./blob-header.ts"
import { codeOf } from "./files.ts"

export type BlobFacts = { readonly byteLength: number; readonly modifiedAtMs: number }

/**
 * `digest` is the SHA-256 of the payload in 64 hexadecimal digits: what `sha256sum` says of a downloaded file;
 * `byteLength` is the payload's too.
 */
export type BlobStore = {
  /**
   * When it resolves, the content survives a power failure. It stays for the grace time even when it was there before and
   * is due for collection. Throws BLOB_TOO_LARGE, STORAGE_FULL, or what the source throws; nothing is kept then.
   */
  readonly put: (
    source: Readable,
    options: { readonly maxBytes: number },
  ) => Promise<{ digest: string; byteLength: number }>
  readonly putFile: (path: string) => Promise<{ digest: string; byteLength: number }>
  /** Ends with BLOB_CORRUPT after the last byte when the content is not what was put. Throws BLOB_NOT_FOUND, BLOB_CORRUPT. */
  readonly read: (digest: string) => Promise<Readable>
  /** Writes a file that must not exist, and removes it when the content is damaged. Throws as `read`, and STORAGE_FULL. */
  readonly copyTo: (digest: string, path: string) => Promise<void>
  readonly stat: (digest: string) => Promise<BlobFacts | null>
  /** Returns whether it was there. */
  readonly delete: (digest: string) => Promise<boolean>
  /** Deletes a blob that was last put before this time; one that is put meanwhile stays. Returns whether it is gone. */
  readonly deleteIfPutBefore: (digest: string, beforeMs: number) => Promise<boolean>
  readonly list: () => AsyncIterable<{ readonly digest: string } & BlobFacts>
  /** Removes what unfinished puts of dead processes left before this time; returns how many. */
  readonly deleteUnfinished: (beforeMs: number) => Promise<number>
}

/** FOLDER/ab/cdef... are blobs, FOLDER/incoming/ those being written, FOLDER/leaving/ those being deleted. */
export async function openFolderBlobs(
  folder: string,
  options: { readonly fileSystem?: BlobFileSystem } = {},
): Promise<BlobStore> {
  const blobs = new FolderBlobs(folder, options.fileSystem ?? diskFileSystem)
  await blobs.open()
  return blobs
}

const digestPattern = /^[0-9a-f]{64}$/

class FolderBlobs implements BlobStore {
  readonly #folder: string
  readonly #files: BlobFileSystem

  constructor(folder: string, files: BlobFileSystem) {
    this.#folder = folder
    this.#files = files
  }

  async open(): Promise<void> {
    await this.#files.makeFolder(join(this.#folder, "incoming"))
    await this.#files.makeFolder(join(this.#folder, "leaving"))
    await this.#files.syncFolder(dirname(this.#folder))
    // A collector that died between its two steps may have moved away a blob that somebody has just put again.
    for (const digest of await this.#files.list(join(this.#folder, "leaving"))) await this.#bringBack(digest)
  }

  async put(source: Readable, { maxBytes }: { readonly maxBytes: number }) {
    const temporary = join(this.#folder, "incoming", randomUUID())
    try {
      const { digest, byteLength } = await this.#write(temporary, source, maxBytes)
      const prefix = join(this.#folder, digest.slice(0, 2))
      await this.#files.makeFolder(prefix)
      // Also when the prefix was there: who made it may have died before this.
      await this.#files.syncFolder(this.#folder)
      // Over a blob of the same name as well: that heals a damaged one, and its fresh time keeps it from collection.
      await this.#files.rename(temporary, this.#path(digest))
      await this.#files.syncFolder(prefix)
      return { digest, byteLength }
    } catch (error) {
      await this.#files.remove(temporary)
      throw this.#storageFault(error)
    } finally {
      source.destroy()
    }
  }

  putFile(path: string) {
    return this.put(createReadStream(path), { maxBytes: Number.POSITIVE_INFINITY })
  }

  async read(digest: string): Promise<Readable> {
    const { payloadBytes } = await this.#header(digest)
    return Readable.from(this.#checked(digest, payloadBytes), { objectMode: false })
  }

  async copyTo(digest: string, path: string): Promise<void> {
    const source = await this.read(digest)
    const file = await open(path, "wx", 0o600)
    try {
      for await (const chunk of source) await file.writeFile(chunk)
    } catch (error) {
      await rm(path, { force: true })
      throw this.#storageFault(error)
    } finally {
      await file.close()
    }
  }

  async stat(digest: string): Promise<BlobFacts | null> {
    const facts = await this.#files.facts(this.#path(digest))
    return facts === null ? null : payloadFacts(facts)
  }

  delete(digest: string): Promise<boolean> {
    return this.#files.remove(this.#path(digest))
  }

  async deleteIfPutBefore(digest: string, beforeMs: number): Promise<boolean> {
    const path = this.#path(digest)
    const before = await this.#files.facts(path)
    if (before === null) return true
    if (before.modifiedAtMs >= beforeMs) return false
    // Moved away first: whatever is put from here on is a new file under the name, which this deletion cannot touch.
    const leaving = join(this.#folder, "leaving", digest)
    await this.#files.rename(path, leaving).catch(ignoreMissing)
    const moved = await this.#files.facts(leaving)
    // Somebody else has deleted it, or has brought it back when opening the folder.
    if (moved === null) return (await this.#files.facts(path)) === null
    if (moved.modifiedAtMs >= beforeMs) {
      await this.#bringBack(digest)
      return false
    }
    await this.#files.remove(leaving)
    return (await this.#files.facts(path)) === null
  }

  async *list() {
    for (const prefix of await this.#files.list(this.#folder)) {
      if (!/^[0-9a-f]{2}$/.test(prefix)) continue
      for (const rest of await this.#files.list(join(this.#folder, prefix))) {
        const digest = prefix + rest
        const facts = digestPattern.test(digest) ? await this.stat(digest) : null
        if (facts !== null) yield { digest, ...facts }
      }
    }
  }

  async deleteUnfinished(beforeMs: number): Promise<number> {
    const incoming = join(this.#folder, "incoming")
    let count = 0
    for (const name of await this.#files.list(incoming)) {
      const facts = await this.#files.facts(join(incoming, name))
      if (facts !== null && facts.modifiedAtMs < beforeMs && (await this.#files.remove(join(incoming, name))))
        count++
    }
    return count
  }

  /** Payload first, then the header, whose length is known only at the end; durable when it returns. */
  async #write(path: string, source: Readable, maxBytes: number) {
    const hash = createHash("sha256")
    let byteLength = 0
    const file = await this.#files.create(path)
    try {
      for await (const chunk of source) {
        const bytes = Buffer.from(chunk)
        if (byteLength + bytes.length > maxBytes) throw fault("BLOB_TOO_LARGE", { maxBytes })
        hash.update(bytes)
        await file.write(bytes, blobHeaderBytes + byteLength)
        byteLength += bytes.length
      }
      await file.write(encodeBlobHeader({ payloadBytes: byteLength }), 0)
      await file.sync()
    } finally {
      await file.close()
    }
    return { digest: hash.digest("hex"), byteLength }
  }

  async #header(digest: string): Promise<BlobHeader> {
    const path = this.#path(digest)
    const head = await this.#files.head(path, blobHeaderBytes)
    if (head === null) throw fault("BLOB_NOT_FOUND", { digest })
    const header = decodeBlobHeader(head)
    if (typeof header === "string") throw fault("BLOB_CORRUPT", { digest, reason: header })
    const facts = await this.#files.facts(path)
    const found = facts === null ? 0 : payloadFacts(facts).byteLength
    if (found !== header.payloadBytes)
      throw fault("BLOB_CORRUPT", { digest, reason: `it has ${found} of ${header.payloadBytes} bytes` })
    return header
  }

  async *#checked(digest: string, payloadBytes: number): AsyncGenerator<Buffer> {
    const hash = createHash("sha256")
    let byteLength = 0
    for await (const chunk of this.#files.read(this.#path(digest), blobHeaderBytes)) {
      const bytes = Buffer.from(chunk)
      hash.update(bytes)
      byteLength += bytes.length
      yield bytes
    }
    if (byteLength !== payloadBytes || hash.digest("hex") !== digest)
      throw fault("BLOB_CORRUPT", { digest, reason: "its content does not have this digest" })
  }

  async #bringBack(digest: string): Promise<void> {
    if (!digestPattern.test(digest)) return
    const leaving = join(this.#folder, "leaving", digest)
    await this.#files.rename(leaving, this.#path(digest)).catch(ignoreMissing)
  }

  #path(digest: string): string {
    // Digests come from outside too: a name that is none must not become a path.
    if (!digestPattern.test(digest))
      throw fault("BLOB_NOT_FOUND", { digest: JSON.stringify(digest.slice(0, 80)) })
    return join(this.#folder, digest.slice(0, 2), digest.slice(2))
  }

  #storageFault(error: unknown): unknown {
    const isFull = ["ENOSPC", "EDQUOT"].includes(codeOf(error) ?? "")
    return isFull ? fault("STORAGE_FULL", { folder: this.#folder }, { cause: error }) : error
  }
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== "ENOENT") throw error
}

function payloadFacts({ byteLength, modifiedAtMs }: BlobFacts): BlobFacts {
  return { byteLength: Math.max(0, byteLength - blobHeaderBytes), modifiedAtMs }
}

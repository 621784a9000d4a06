/** @file Blobs in a folder: named by content, durable in the right order, checked when read, collected only when nobody holds them. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import { type TestContext, test } from "node:test"

import fc from "fast-check"

import { isFault } from "../../src/base/errors.ts"
import { type BlobFileSystem, diskFileSystem } from "../../src/store/blob-file-system.ts"
import { blobHeaderBytes, decodeBlobHeader, encodeBlobHeader } from "../../src/store/blob-header.ts"
import { openFolderBlobs } from "../../src/store/blobs.ts"
import { temporaryDataFolder } from "../database.ts"

const anyBytes = { maxBytes: Number.POSITIVE_INFINITY }
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")
const source = (...chunks: Uint8Array[]) => Readable.from(chunks)

async function freshBlobs(t: TestContext, fileSystem: BlobFileSystem = diskFileSystem) {
  const folder = join(await temporaryDataFolder(t), "blobs")
  return { folder, blobs: await openFolderBlobs(folder, { fileSystem }) }
}

function pathOf(folder: string, digest: string): string {
  return join(folder, digest.slice(0, 2), digest.slice(2))
}

test("any content, in any pieces, comes back under its SHA-256", async (t) => {
  const { blobs } = await freshBlobs(t)
  const pieces = fc.array(fc.uint8Array({ maxLength: 2_000 }), { maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(pieces, async (chunks) => {
      const content = Buffer.concat(chunks)
      const put = await blobs.put(source(...chunks), anyBytes)
      assert.deepEqual(put, { digest: sha256(content), byteLength: content.length })
      assert.deepEqual(await buffer(await blobs.read(put.digest)), content)
      assert.equal((await blobs.stat(put.digest))?.byteLength, content.length)
    }),
    { numRuns: 50 },
  )
})

test("a header of any length decodes as it was encoded, and no other bytes decode", () => {
  fc.assert(
    fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (payloadBytes) => {
      assert.deepEqual(decodeBlobHeader(encodeBlobHeader({ payloadBytes })), { payloadBytes })
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      assert.equal(typeof decodeBlobHeader(Buffer.from(bytes)), "string")
    }),
  )
  const encrypted = encodeBlobHeader({ payloadBytes: 1 })
  encrypted.writeUInt8(7, 8)
  assert.match(String(decodeBlobHeader(encrypted)), /encrypted/)
})

test("files go in and out; a file that is there is not overwritten", async (t) => {
  const { folder, blobs } = await freshBlobs(t)
  const [path, copy] = [join(folder, "..", "数据.csv"), join(folder, "..", "copy.csv")]
  await writeFile(path, "a,b\n1,2\n")
  const { digest } = await blobs.putFile(path)
  await blobs.copyTo(digest, copy)
  assert.equal(await readFile(copy, "utf8"), "a,b\n1,2\n")
  await assert.rejects(blobs.copyTo(digest, copy), { code: "EEXIST" })
})

test("a name is given only to a file that has been synced, and the folder is synced after", async (t) => {
  const calls: string[] = []
  const recording: BlobFileSystem = {
    ...diskFileSystem,
    create: async (path) => {
      const file = await diskFileSystem.create(path)
      const record = <Words extends unknown[]>(name: string, call: (...words: Words) => Promise<void>) => {
        return async (...words: Words) => {
          await call(...words)
          calls.push(name)
        }
      }
      return {
        write: record("write", file.write),
        sync: record("sync file", file.sync),
        close: record("close", file.close),
      }
    },
    rename: async (from, to) => {
      await diskFileSystem.rename(from, to)
      calls.push("rename")
    },
    syncFolder: async (path) => {
      await diskFileSystem.syncFolder(path)
      calls.push(`sync folder ${/blobs\/..$/.test(path) ? "of the name" : "above"}`)
    },
  }
  const { blobs } = await freshBlobs(t, recording)
  calls.length = 0
  await blobs.put(source(Buffer.from("x")), anyBytes)
  assert.deepEqual(calls, [
    "write",
    "write",
    "sync file",
    "close",
    "sync folder above",
    "rename",
    "sync folder of the name",
  ])
})

test("a full disk is STORAGE_FULL at every step, and leaves nothing", async (t) => {
  for (const step of ["create", "write", "sync", "rename"]) {
    const full = async () => {
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" })
    }
    const failing: BlobFileSystem = {
      ...diskFileSystem,
      create: async (path) => {
        if (step === "create") return full()
        const file = await diskFileSystem.create(path)
        return {
          ...file,
          write: step === "write" ? full : file.write,
          sync: step === "sync" ? full : file.sync,
        }
      },
      rename: step === "rename" ? full : diskFileSystem.rename,
    }
    const { folder, blobs } = await freshBlobs(t, failing)
    await assert.rejects(blobs.put(source(Buffer.from("x")), anyBytes), (error) =>
      isFault(error, "STORAGE_FULL"),
    )
    assert.deepEqual(await readdir(join(folder, "incoming")), [])
    assert.equal(await blobs.stat(sha256(Buffer.from("x"))), null)
  }
})

test("too much content and a source that fails leave nothing", async (t) => {
  const { folder, blobs } = await freshBlobs(t)
  const ten = Buffer.alloc(10)
  await assert.rejects(blobs.put(source(ten, ten), { maxBytes: 19 }), (error) =>
    isFault(error, "BLOB_TOO_LARGE"),
  )
  assert.equal((await blobs.put(source(ten, ten), { maxBytes: 20 })).byteLength, 20)
  const broken = Readable.from(
    (async function* () {
      yield ten
      throw new Error("cable cut")
    })(),
  )
  await assert.rejects(blobs.put(broken, anyBytes), /cable cut/)
  assert.deepEqual(await readdir(join(folder, "incoming")), [])
})

test("a changed byte, a missing end and a strange header are BLOB_CORRUPT; a new put heals them", async (t) => {
  const { folder, blobs } = await freshBlobs(t)
  const content = Buffer.from("content of a blob")
  const { digest } = await blobs.put(source(content), anyBytes)
  const path = pathOf(folder, digest)
  const good = await readFile(path)
  const changed = Buffer.from(good)
  changed.writeUInt8(changed.readUInt8(blobHeaderBytes) ^ 1, blobHeaderBytes)
  const isCorrupt = (error: unknown) => isFault(error, "BLOB_CORRUPT")
  for (const bad of [
    changed,
    good.subarray(0, -1),
    Buffer.concat([good, good]),
    Buffer.from("x"),
    Buffer.alloc(50),
  ]) {
    await writeFile(path, bad)
    await assert.rejects(async () => buffer(await blobs.read(digest)), isCorrupt)
    const copy = join(folder, "copy")
    await assert.rejects(blobs.copyTo(digest, copy), isCorrupt)
    await assert.rejects(readFile(copy), { code: "ENOENT" })
    await blobs.put(source(content), anyBytes)
    assert.deepEqual(await buffer(await blobs.read(digest)), content)
  }
})

test("a blob that is not there, and a name that is no digest, are BLOB_NOT_FOUND", async (t) => {
  const { blobs } = await freshBlobs(t)
  const isMissing = (error: unknown) => isFault(error, "BLOB_NOT_FOUND")
  await assert.rejects(blobs.read("0".repeat(64)), isMissing)
  await assert.rejects(blobs.read("../../../etc/passwd"), isMissing)
  assert.equal(await blobs.stat("0".repeat(64)), null)
  assert.equal(await blobs.delete("0".repeat(64)), false)
})

test("the list has every blob and nothing else", async (t) => {
  const { folder, blobs } = await freshBlobs(t)
  const put = await Promise.all(
    ["a", "bb", "ccc"].map((text) => blobs.put(source(Buffer.from(text)), anyBytes)),
  )
  await mkdir(join(folder, "ab"), { recursive: true })
  await writeFile(join(folder, "ab", "stray"), "x")
  await writeFile(join(folder, "incoming", "half"), "x")
  const listed: { digest: string; byteLength: number }[] = []
  for await (const { digest, byteLength } of blobs.list()) listed.push({ digest, byteLength })
  const byDigest = (a: { digest: string }, b: { digest: string }) => (a.digest < b.digest ? -1 : 1)
  assert.deepEqual(listed.sort(byDigest), put.sort(byDigest))
})

test("what a dead put left is removed when it is old, not while it may be written", async (t) => {
  const { folder, blobs } = await freshBlobs(t)
  await writeFile(join(folder, "incoming", "old"), "x")
  await writeFile(join(folder, "incoming", "new"), "x")
  await utimes(join(folder, "incoming", "old"), 1_000, 1_000)
  assert.equal(await blobs.deleteUnfinished(2_000_000), 1)
  assert.deepEqual(await readdir(join(folder, "incoming")), ["new"])
})

test("a put that comes at any step of a deletion keeps its blob", async (t) => {
  const content = Buffer.from("again")
  for (const step of ["facts", "rename", "remove"]) {
    let interfere = async () => {}
    const once = async () => {
      const act = interfere
      interfere = async () => {}
      await act()
    }
    const interrupted: BlobFileSystem = {
      ...diskFileSystem,
      facts: async (path) => {
        const found = await diskFileSystem.facts(path)
        if (step === "facts") await once()
        return found
      },
      rename: async (from, to) => {
        await diskFileSystem.rename(from, to)
        if (step === "rename" && to.includes("leaving")) await once()
      },
      remove: async (path) => {
        if (step === "remove") await once()
        return diskFileSystem.remove(path)
      },
    }
    const { folder, blobs } = await freshBlobs(t, interrupted)
    const { digest } = await blobs.put(source(content), anyBytes)
    await utimes(pathOf(folder, digest), 1_000, 1_000)
    const another = await openFolderBlobs(folder)
    interfere = async () => {
      await another.put(source(content), anyBytes)
    }
    assert.equal(await blobs.deleteIfPutBefore(digest, 2_000_000), false, step)
    assert.deepEqual(await buffer(await blobs.read(digest)), content, step)
    await utimes(pathOf(folder, digest), 1_000, 1_000)
    assert.equal(await blobs.deleteIfPutBefore(digest, 2_000_000), true)
    assert.equal(await blobs.stat(digest), null)
  }
})

test("a blob that a dead collector had moved away is back when the folder is opened", async (t) => {
  const { folder, blobs } = await freshBlobs(t)
  const { digest } = await blobs.put(source(Buffer.from("x")), anyBytes)
  await diskFileSystem.rename(pathOf(folder, digest), join(folder, "leaving", digest))
  assert.equal(await blobs.stat(digest), null)
  const reopened = await openFolderBlobs(folder)
  assert.equal((await buffer(await reopened.read(digest))).toString(), "x")
})

/** @file From an upload to a plain text file: gzip and zstd by their magic bytes, within limits, never trusting sizes that a file states. */
import { createReadStream, createWriteStream } from "node:fs"
import { stat } from "node:fs/promises"
import { join } from "node:path"
import { type Transform, Writable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { createGunzip, createZstdDecompress } from "node:zlib"

import { fault, isFault, messageOf } from "../base/errors.ts"
import type { Limits } from "../base/limits.ts"
import { readHead, refuseOtherThanText } from "./file-kind.ts"

export type Compression = "none" | "gzip" | "zstd"

export type DecompressOptions = {
  readonly sourcePath: string
  /** Where the plain file goes; an upload that is plain already stays where it is. */
  readonly folder: string
  readonly limits: Pick<Limits, "uploadBytesMax" | "uploadCompressionRatioMax">
}

export type PlainUpload = {
  readonly path: string
  readonly compression: Compression
  readonly byteLength: number
}

/** Throws UPLOAD_TOO_LARGE, UPLOAD_BOMB, UPLOAD_CORRUPT, UPLOAD_NOT_CSV. */
export async function decompressUpload(options: DecompressOptions): Promise<PlainUpload> {
  const { sourcePath, limits } = options
  const compression = compressionOf(await readHead(sourcePath, 4))
  const sourceBytes = (await stat(sourcePath)).size
  if (compression === "none") {
    if (sourceBytes > limits.uploadBytesMax) {
      throw fault("UPLOAD_TOO_LARGE", { limit: limits.uploadBytesMax })
    }
    await refuseOtherThanText(sourcePath)
    return { path: sourcePath, compression, byteLength: sourceBytes }
  }
  const path = join(options.folder, "upload.plain")
  const byteLength = await inflateInto(path, { ...options, compression, sourceBytes })
  await refuseOtherThanText(path)
  return { path, compression, byteLength }
}

// Small texts of one repeated line shrink beyond any ratio and harm nobody.
const ratioFreeBytes = 16 * 1024 * 1024

function compressionOf(head: Buffer): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip"
  if (head.equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))) return "zstd"
  return "none"
}

async function inflateInto(
  path: string,
  options: DecompressOptions & { readonly compression: "gzip" | "zstd"; readonly sourceBytes: number },
): Promise<number> {
  const { limits, compression } = options
  const output = createWriteStream(path)
  const ratioBytesMax = Math.max(ratioFreeBytes, options.sourceBytes * limits.uploadCompressionRatioMax)
  let byteLength = 0
  const guard = new Writable({
    write(chunk: Buffer, _encoding, done) {
      byteLength += chunk.length
      if (byteLength > limits.uploadBytesMax) {
        done(fault("UPLOAD_TOO_LARGE", { limit: limits.uploadBytesMax }))
      } else if (byteLength > ratioBytesMax) {
        done(fault("UPLOAD_BOMB", { ratio: limits.uploadCompressionRatioMax }))
      } else output.write(chunk, done)
    },
    final(done) {
      output.end(done)
    },
  })
  output.on("error", (error) => guard.destroy(error))
  try {
    await pipeline(createReadStream(options.sourcePath), inflater(compression), guard)
  } catch (error) {
    output.destroy()
    if (isFault(error) || isFileError(error)) throw error
    throw fault("UPLOAD_CORRUPT", { compression, reason: messageOf(error) }, { cause: error })
  }
  return byteLength
}

function inflater(compression: "gzip" | "zstd"): Transform {
  return compression === "gzip" ? createGunzip() : createZstdDecompress()
}

/** A failing disk is not the upload's fault. */
function isFileError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error
}

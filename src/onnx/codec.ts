/** @file A model file as bytes and back. */
import { fault, messageOf } from "../base/errors.ts"
import { readMetadataEntries, readModel } from "./messages/decode.ts"
import { writeModel } from "./messages/encode.ts"
import { decodeLimits, Source } from "./messages/source.ts"
import type { Model } from "./model.ts"

/** The bytes of a `.onnx` file; tensors as little-endian raw_data. Equal models give equal bytes. */
export function encodeModel(model: Model): Uint8Array<ArrayBuffer> {
  return writeModel(model)
}

/**
 * Safe on bytes of any origin; fields that we do not know, and notes for debuggers, are dropped. The result is well-typed but unchecked:
 * see `checkModel`. Throws ONNX_UNREADABLE.
 */
export function decodeModel(bytes: Uint8Array): Model {
  return readSafely(bytes, readModel)
}

/** The metadata alone, without decoding the graph: what packing rows needs, in time that the weights do not matter to. Throws ONNX_UNREADABLE. */
export function decodeMetadata(bytes: Uint8Array): ReadonlyMap<string, string> {
  return new Map(readSafely(bytes, readMetadataEntries))
}

function readSafely<Value>(bytes: Uint8Array, read: (source: Source) => Value): Value {
  if (bytes.length > decodeLimits.bytesMax)
    throw fault("ONNX_UNREADABLE", { reason: "it is larger than 2 GiB" })
  if (bytes.length === 0) throw fault("ONNX_UNREADABLE", { reason: "it is empty" })
  try {
    // A plain view: slices of a Node Buffer would share its memory instead of copying.
    return read(new Source(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)))
  } catch (error) {
    throw fault("ONNX_UNREADABLE", { reason: messageOf(error) }, { cause: error })
  }
}

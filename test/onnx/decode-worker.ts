/** @file A thread that decodes bytes and says what came of it; the tests give it little memory. */
import { parentPort } from "node:worker_threads"

import { isFault } from "../../src/base/errors.ts"
import { decodeModel } from "../../src/onnx/codec.ts"

parentPort?.on("message", (bytes: Uint8Array) => {
  parentPort?.postMessage(outcomeOf(bytes))
  parentPort?.close()
})

function outcomeOf(bytes: Uint8Array): string {
  try {
    return `${decodeModel(bytes).graph.nodes.length} nodes`
  } catch (error) {
    return isFault(error, "ONNX_UNREADABLE") ? String(error.parameters.reason) : String(error)
  }
}

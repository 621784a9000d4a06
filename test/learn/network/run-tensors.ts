/** @file The values of symbolic tensors, computed by ONNX Runtime from values of placeholders. */
import assert from "node:assert"

import { openSession } from "../../../src/engine/open-session.ts"
import type { Tensor } from "../../../src/engine/session.ts"
import { createEmitter } from "../../../src/learn/graph/emit.ts"
import type { SymbolicTensor } from "../../../src/learn/graph/tensor.ts"
import { createGraphBuilder } from "../../../src/onnx/builder.ts"
import { encodeModel } from "../../../src/onnx/codec.ts"

/** float32 values of each output, in order. */
export async function runTensors(
  placeholders: readonly { readonly tensor: SymbolicTensor; readonly value: Tensor }[],
  outputs: readonly SymbolicTensor[],
): Promise<readonly Float32Array[]> {
  const builder = createGraphBuilder()
  const emitter = createEmitter(builder)
  const feeds: Record<string, Tensor> = {}
  for (const [at, { tensor, value }] of placeholders.entries()) {
    assert(tensor.type !== "uint32")
    emitter.bind(tensor, builder.input(`in${at}`, tensor.type, tensor.shape))
    feeds[`in${at}`] = value
  }
  for (const [at, output] of outputs.entries())
    builder.output(emitter.value(output), `out${at}`, "float32", output.shape)
  const session = await openSession(encodeModel(builder.build({ name: "run", metadata: {} })), { threads: 1 })
  try {
    const results = await session.run(feeds)
    return outputs.map((_, at) => {
      const result = results[`out${at}`]
      assert(result?.type === "float32")
      return result.data
    })
  } finally {
    await session.close()
  }
}

/** @file The limit that the prediction path is measured against: node:http, JSON.parse, onnxruntime-node, nothing else. */
import "../../src/engine/no-telemetry.ts"

import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

import { InferenceSession, Tensor } from "onnxruntime-node"

const session = await InferenceSession.create(process.argv[2] ?? "", {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
})
const widths = new Map(
  session.inputMetadata.map((input) => {
    if (!input.isTensor) throw new Error(`${input.name} is no tensor`)
    return [input.name, Number(input.shape[1])]
  }),
)

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    const body: Record<string, (number | string)[]> = JSON.parse(Buffer.concat(chunks).toString())
    const feeds: Record<string, Tensor> = {}
    for (const [name, width] of widths) {
      const data = body[name] ?? []
      const shape = [data.length / width, width]
      feeds[name] =
        name === "text"
          ? new Tensor("string", data.map(String), shape)
          : new Tensor("float32", Float32Array.from(data, Number), shape)
    }
    void session.run(feeds).then((outputs) => {
      const answer = JSON.stringify(
        Object.fromEntries(
          Object.entries(outputs).map(([name, tensor]) => [name, Array.from(tensor.data, String)]),
        ),
      )
      response.writeHead(200, {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(answer),
      })
      response.end(answer)
    })
  })
})

server.listen(0, "127.0.0.1", () => {
  const address: AddressInfo | string | null = server.address()
  const body = Object.fromEntries(
    [...widths].map(([name, width]) => [name, new Array(width).fill(name === "text" ? "a" : 1)]),
  )
  process.send?.({ port: typeof address === "object" ? address?.port : 0, body })
})
process.once("disconnect", () => process.exit(0))

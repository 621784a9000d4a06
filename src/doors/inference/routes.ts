/** @file The Open Inference Protocol v2 over REST, JSON form: health, metadata and infer; a model's name is an endpoint's name. */
import type { FastifyInstance, FastifyRequest } from "fastify"

import { fault, messageOf } from "../../base/errors.ts"
import type { Limits } from "../../base/limits.ts"
import type { TensorDeclaration } from "../../engine/session.ts"
import { type Principal, requirePredict } from "../../identity/index.ts"
import type { LiveEndpoint, Serving } from "../../serve/index.ts"
import type { ErrorRenderer } from "../http/errors.ts"
import { principalOf, sendJson } from "../http/server.ts"
import { datatypeOf, type RequestTensor, readTensors, writeTensor } from "./tensors.ts"

export type InferenceDoorOptions = {
  readonly app: FastifyInstance
  readonly serving: Serving
  readonly limits: Limits
  readonly version: string
  readonly isReady: () => boolean
}

/** The protocol's error body is exactly `{"error": "..."}`. */
const renderError: ErrorRenderer = ({ fault: error, language }) => ({ error: error.in(language) })

type ModelParams = { name: string; version?: string }

export function registerInferenceDoor(options: InferenceDoorOptions): void {
  const { app, serving, limits, version, isReady } = options
  const open = { access: "open", renderError } as const
  const own = { access: "own", renderError } as const
  // A path of the protocol that is not here is refused in the protocol's own shape.
  app.all("/v2/*", { config: open }, async (request) => {
    throw fault("PATH_NOT_FOUND", { method: request.method, path: request.url.split("?")[0] ?? "" })
  })
  app.get("/v2/health/live", { config: open }, async (_request, reply) =>
    sendJson(reply, 200, { live: true }),
  )
  app.get("/v2/health/ready", { config: open }, async (_request, reply) =>
    sendJson(reply, isReady() ? 200 : 503, { ready: isReady() }),
  )
  app.get("/v2", { config: own }, async (_request, reply) =>
    sendJson(reply, 200, { name: "quernstone", version, extensions: [] }),
  )
  for (const path of ["/v2/models/:name", "/v2/models/:name/versions/:version"]) {
    app.get<{ Params: ModelParams }>(path, { config: own }, async (request, reply) => {
      const { name, live } = await endpointOf(serving, request)
      return sendJson(reply, 200, {
        name,
        versions: [String(live.identity.version)],
        platform: "onnx_onnxv1",
        inputs: live.inputs.map(metadataOf),
        outputs: live.outputs.map(metadataOf),
      })
    })
    app.get<{ Params: ModelParams }>(`${path}/ready`, { config: own }, async (request, reply) => {
      const { name } = await endpointOf(serving, request)
      return sendJson(reply, 200, { name, ready: true })
    })
    app.post<{ Params: ModelParams }>(
      `${path}/infer`,
      { config: own, bodyLimit: limits.predictBodyBytesMax },
      async (request, reply) => {
        const endpoint = await endpointOf(serving, request)
        return sendJson(reply, 200, await infer(serving, limits, endpoint, readCall(request.body)))
      },
    )
  }
}

async function endpointOf(
  serving: Serving,
  request: FastifyRequest<{ Params: ModelParams }>,
): Promise<LiveEndpoint> {
  const principal: Principal = principalOf(request)
  const { name, version } = request.params
  requirePredict(principal, name)
  const endpoint =
    serving.find(principal.workspaceId, name) ?? (await serving.get(principal.workspaceId, name))
  const served = endpoint.live.identity.version
  if (version !== undefined && version !== String(served))
    throw fault("ENDPOINT_VERSION_NOT_SERVED", { endpoint: name, served, version })
  return endpoint
}

type Call = {
  readonly id: string | null
  readonly inputs: readonly RequestTensor[]
  readonly outputs: readonly string[] | null
}

async function infer(serving: Serving, limits: Limits, endpoint: LiveEndpoint, call: Call) {
  const { name, live } = endpoint
  const { feeds, rowCount } = readTensors(call.inputs, live.inputs)
  if (rowCount > limits.predictRowsMax)
    throw fault("TOO_MANY_ROWS", { rows: rowCount, limit: limits.predictRowsMax })
  const wanted = call.outputs ?? live.outputs.map((output) => output.name)
  for (const output of wanted)
    if (!live.outputs.some((declared) => declared.name === output))
      throw fault("TENSOR_INVALID", {
        input: output,
        reason: `the model has no such output; it has ${live.outputs.map((declared) => declared.name).join(", ")}`,
      })
  const results = rowCount === 0 ? {} : await serving.infer(endpoint, feeds, rowCount)
  return {
    model_name: name,
    model_version: String(live.identity.version),
    ...(call.id === null ? {} : { id: call.id }),
    outputs: wanted.map((output) => {
      const tensor = results[output]
      if (tensor !== undefined) return writeTensor(output, tensor)
      const declared = live.outputs.find((candidate) => candidate.name === output)
      const shape = declared?.shape.map((size) => (size === -1 ? 0 : size)) ?? [0]
      return { name: output, datatype: datatypeOf(declared?.type ?? "float32"), shape, data: [] }
    }),
  }
}

/** Reads the call without a schema library: this is the hot path. */
function readCall(body: unknown): Call {
  if (!Buffer.isBuffer(body) || body.length === 0) throw fault("BODY_MISSING", {})
  let call: unknown
  try {
    call = JSON.parse(body.toString("utf8"))
  } catch (error) {
    throw fault("BODY_NOT_JSON", { reason: messageOf(error).slice(0, 200) }, { cause: error })
  }
  const inputs = property(call, "inputs")
  if (!Array.isArray(inputs)) throw malformed("inputs: expected a list of tensors")
  const outputs = property(call, "outputs")
  if (outputs !== undefined && !Array.isArray(outputs)) throw malformed("outputs: expected a list of names")
  const id = property(call, "id")
  if (id !== undefined && typeof id !== "string") throw malformed("id: expected a text")
  return {
    id: id ?? null,
    inputs: inputs.map(readTensor),
    outputs:
      outputs === undefined || outputs.length === 0 ? null : outputs.map((output: unknown) => nameOf(output)),
  }
}

function readTensor(given: unknown, index: number): RequestTensor {
  const shape = property(given, "shape")
  const datatype = property(given, "datatype")
  const data = property(given, "data")
  if (!isNumberList(shape)) throw malformed(`inputs.${index}.shape: expected a list of whole numbers`)
  if (typeof datatype !== "string") throw malformed(`inputs.${index}.datatype: expected a text`)
  if (!Array.isArray(data)) throw malformed(`inputs.${index}.data: expected a list`)
  return { name: nameOf(given), shape, datatype, data }
}

function nameOf(given: unknown): string {
  const name = property(given, "name")
  if (typeof name !== "string") throw malformed("name: expected a text")
  return name
}

function isNumberList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number")
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined
}

function malformed(first: string) {
  return fault("REQUEST_INVALID", { count: 1, first })
}

function metadataOf({ name, type, shape }: TensorDeclaration) {
  return { name, datatype: datatypeOf(type), shape }
}

/** @file The native REST door: every operation of the table, translated to one call of a room. */
import type { FastifyInstance } from "fastify"
import type { z } from "zod"

import type { Limits } from "../../base/limits.ts"
import type { Collection } from "../../collect/index.ts"
import type { KeyRing, NewApiKey } from "../../identity/index.ts"
import type { JobDesk } from "../../jobs/index.ts"
import type { Page, Registry, VersionChoice } from "../../registry/index.ts"
import type { Endpoints, Serving } from "../../serve/index.ts"
import type { Trainer } from "../../train/index.ts"
import { principalOf } from "../http/server.ts"
import { createJobEvents } from "./events.ts"
import * as map from "./map.ts"
import { type Door, fastifyPath, mount, parseBy } from "./mount.ts"
import { openApiDocument } from "./openapi.ts"
import { operations } from "./operations.ts"
import { mountPredict } from "./predict.ts"
import type * as schema from "./schema.ts"
import { mountUpload } from "./upload.ts"

export type NativeDoorOptions = {
  readonly app: FastifyInstance
  readonly collection: Collection
  readonly registry: Registry
  readonly trainer: Trainer
  readonly jobs: JobDesk
  readonly endpoints: Endpoints
  readonly serving: Serving
  readonly keys: KeyRing
  readonly limits: Limits
  readonly version: string
  /** What GET /api/v1/server says. */
  readonly describeServer: (workspaceId: string) => Promise<z.input<typeof schema.serverState>>
}

export function registerNativeDoor(options: NativeDoorOptions): void {
  const { app, serving, limits } = options
  const document = JSON.stringify(openApiDocument(options.version))
  app.get("/openapi.json", { config: { access: "open" } }, async (_request, reply) =>
    reply.header("content-type", "application/json; charset=utf-8").send(document),
  )
  mount(options, operations.getServer, async ({ principal }) => ({
    body: await options.describeServer(principal.workspaceId),
  }))
  mountDatasets(options, options)
  mountJobs(options, options)
  mountModels(options, options)
  mountEndpoints(options, options)
  mountKeys(options, options)
  mountPredict(app, { serving, limits })
}

function mountDatasets(door: Door, { collection }: NativeDoorOptions): void {
  mountUpload(door, collection)
  mount(door, operations.listDatasets, async ({ principal, query }) => ({
    body: map.pageBody(
      await collection.listDatasets(principal.workspaceId, pageOf(door, query, "name")),
      map.datasetBody,
    ),
  }))
  mount(door, operations.getDataset, async ({ principal, params }) => ({
    body: map.datasetBody(await collection.getDataset(principal.workspaceId, params.name)),
  }))
  mount(door, operations.listDatasetVersions, async ({ principal, params, query }) => {
    const page = await collection.listVersions(
      principal.workspaceId,
      params.name,
      pageOf(door, query, "version"),
    )
    return { body: map.pageBody(page, map.datasetVersionSummaryBody) }
  })
  mount(door, operations.getDatasetVersion, async ({ principal, params, language }) => {
    const version = await collection.getVersion(principal.workspaceId, params.name, params.version)
    return { body: map.datasetVersionBody(version, language) }
  })
}

function mountJobs(door: Door, { jobs, trainer }: NativeDoorOptions): void {
  mount(door, operations.startTraining, async ({ principal, body, keep }) => {
    const { workspaceId, keyId } = principal
    const job = await trainer.start({
      workspaceId,
      keyId,
      request: body,
      keep: (transaction, made) => keep(transaction, map.jobBody(made)),
    })
    return { body: map.jobBody(job) }
  })
  mount(door, operations.listJobs, async ({ principal, query }) => {
    const { limit, cursor = null } = pageOf(door, query, "id")
    return { body: map.pageBody(await jobs.list(principal.workspaceId, { limit, cursor }), map.jobBody) }
  })
  mount(door, operations.getJob, async ({ principal, params }) => ({
    body: map.jobBody(await jobs.get(principal.workspaceId, params.id)),
  }))
  mount(door, operations.cancelJob, async ({ principal, params }) => ({
    body: map.jobBody(await jobs.cancel(principal.workspaceId, params.id)),
  }))
  const streamJob = createJobEvents({ jobs, limits: door.limits })
  const { path, scope, params } = operations.watchJob
  door.app.get(fastifyPath(path), { config: { access: scope } }, async (request, reply) =>
    streamJob(request, reply, parseBy(params, request.params).id),
  )
}

function mountModels(door: Door, { registry }: NativeDoorOptions): void {
  mount(door, operations.listModels, async ({ principal, query }) => ({
    body: map.pageBody(
      await registry.listModels(principal.workspaceId, pageOf(door, query, "name")),
      map.modelBody,
    ),
  }))
  mount(door, operations.getModel, async ({ principal, params }) => ({
    body: map.modelBody(await registry.getModel(principal.workspaceId, params.name)),
  }))
  mount(door, operations.listModelVersions, async ({ principal, params, query }) => {
    const page = await registry.listModelVersions(
      principal.workspaceId,
      params.name,
      pageOf(door, query, "version"),
    )
    return { body: map.pageBody(page, map.modelVersionSummaryBody) }
  })
  mount(door, operations.getModelVersion, async ({ principal, params: { name, version } }) => ({
    body: map.modelVersionBody(
      await registry.getModelVersion(principal.workspaceId, name, numbered(version)),
    ),
  }))
  mount(door, operations.getModelLineage, async ({ principal, params: { name, version } }) => ({
    body: map.lineageBody(await registry.lineageOfVersion(principal.workspaceId, name, numbered(version))),
  }))
  mount(door, operations.setModelAlias, async ({ principal, params, body }) => {
    const change = { model: params.name, alias: params.alias, version: body.version }
    return { body: map.modelBody(await registry.setAlias(principal.workspaceId, change)) }
  })
  const { path, scope, params } = operations.getModelFile
  door.app.get(fastifyPath(path), { config: { access: scope } }, async (request, reply) => {
    const { name, version } = parseBy(params, request.params)
    const file = await registry.openModelFile(principalOf(request).workspaceId, name, numbered(version))
    const filename = encodeURIComponent(`${name}-${file.version.version}.onnx`)
    return reply
      .header("content-type", "application/octet-stream")
      .header("content-length", file.version.byteLength)
      .header("content-disposition", `attachment; filename*=UTF-8''${filename}`)
      .header("etag", `"${file.version.fileDigest}"`)
      .send(file.content)
  })
}

function numbered(version: number | "latest"): VersionChoice {
  return version === "latest" ? "latest" : { version }
}

function mountEndpoints(door: Door, { endpoints }: NativeDoorOptions): void {
  mount(door, operations.listEndpoints, async ({ principal, query }) => ({
    body: map.pageBody(
      await endpoints.list(principal.workspaceId, pageOf(door, query, "name")),
      map.endpointBody,
    ),
  }))
  mount(door, operations.getEndpoint, async ({ principal, params }) => ({
    body: map.endpointBody(await endpoints.get(principal.workspaceId, params.name)),
  }))
  mount(door, operations.deploy, async ({ principal, params, body }) => {
    const { workspaceId, keyId } = principal
    const { model, strict: isStrict = false } = body
    const endpoint = await endpoints.deploy({
      workspaceId,
      keyId,
      endpoint: params.name,
      model,
      choice: choiceOf(body),
      isStrict,
    })
    return { status: endpoint.missingInstances.length === 0 ? 200 : 202, body: map.endpointBody(endpoint) }
  })
  mount(door, operations.deleteEndpoint, async ({ principal, params }) => {
    const { workspaceId, keyId } = principal
    await endpoints.delete({ workspaceId, keyId, endpoint: params.name })
    return { body: {} }
  })
}

function choiceOf({
  version,
  alias,
}: {
  version?: number | undefined
  alias?: string | undefined
}): VersionChoice {
  if (version !== undefined) return { version }
  return alias === undefined ? "latest" : { alias }
}

function mountKeys(door: Door, { keys }: NativeDoorOptions): void {
  mount(door, operations.listKeys, async ({ principal, query }) => {
    const { limit, cursor = null } = pageOf(door, query, "id")
    return { body: map.pageBody(await keys.list(principal.workspaceId, { limit, cursor }), map.keyBody) }
  })
  mount(door, operations.createKey, async ({ principal, body, keep }) => {
    const order = {
      workspaceId: principal.workspaceId,
      createdBy: principal.keyId,
      name: body.name,
      scopes: body.scopes,
      endpoints: body.endpoints ?? null,
      expiresInSeconds: body.expiresInSeconds ?? null,
    }
    const made = await keys.create(order, (transaction, key) => keep(transaction, newKeyBody(key)))
    return { body: newKeyBody(made) }
  })
  mount(door, operations.revokeKey, async ({ principal, params }) => {
    await keys.revoke({ workspaceId: principal.workspaceId, id: params.id, revokedBy: principal.keyId })
    return { body: {} }
  })
}

function newKeyBody({ key, ...apiKey }: NewApiKey) {
  return { ...map.keyBody(apiKey), key }
}

function pageOf(
  { limits }: Door,
  query: { limit?: number | undefined; cursor?: string | undefined },
  kind: map.CursorKind,
): Page {
  return {
    limit: Math.min(query.limit ?? limits.pageSizeMax, limits.pageSizeMax),
    cursor: map.decodeCursor(kind, query.cursor),
  }
}

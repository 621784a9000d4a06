/** @file Deploying, listing and deleting endpoints. */
import type { Clock } from "../base/clock.ts"
import { fault } from "../base/errors.ts"
import { newIdentifier } from "../base/identifiers.ts"
import type { Limits } from "../base/limits.ts"
import { addAuditEntry } from "../identity/index.ts"
import { type Signature, signatureSchema } from "../prepare/signature.ts"
import {
  getModelVersion,
  link,
  type Page,
  type Paged,
  productionAlias,
  setAlias,
  type VersionChoice,
} from "../registry/index.ts"
import { announceChange, listLiveInstances, type Store, type Transaction } from "../store/index.ts"
import { endpointTopic, type Serving } from "./serving.ts"
import * as sql from "./sql.ts"

export type Endpoint = {
  readonly id: string
  readonly name: string
  readonly model: string
  readonly version: number
  readonly modelVersionId: string
  readonly isStrict: boolean
  readonly revision: number
  /** Live serving instances that do not have this revision warm yet. */
  readonly missingInstances: readonly string[]
  readonly signature: Signature
  readonly createdAt: Date
  readonly deployedAt: Date
}

export type DeployInput = {
  readonly workspaceId: string
  readonly keyId: string | null
  readonly endpoint: string
  readonly model: string
  readonly choice: VersionChoice
  readonly isStrict: boolean
}

type Context = {
  readonly store: Store
  readonly serving: Serving
  readonly limits: Limits
  readonly clock: Clock
}

/** How often the database is asked which instances are warm. */
const readyPollMs = 100

/**
 * Serves a model version under an endpoint's name and moves the model's `production` alias to it. Returns when every live
 * instance has it warm, or after `deployWaitMsMax` with the missing ones named; the old version serves until then.
 */
async function deploy(context: Context, input: DeployInput): Promise<Endpoint> {
  const { store, serving, clock } = context
  const { workspaceId } = input
  const version = await store.inWorkspace(workspaceId, (transaction) =>
    getModelVersion(transaction, input.model, input.choice),
  )
  await serving.tryModel({
    model_version_id: version.id,
    model_name: version.model,
    version: version.version,
    file_digest: version.fileDigest,
    byte_length: version.byteLength,
  })
  const endpointId = await store.inWorkspace(workspaceId, async (transaction) => {
    const { id, revision } = await sql.nextEndpointRevision(transaction, {
      workspaceId,
      id: newIdentifier(clock),
      name: input.endpoint,
      strict: input.isStrict,
    })
    await sql.insertDeployment(transaction, {
      workspaceId,
      id: newIdentifier(clock),
      endpointId: id,
      modelVersionId: version.id,
      revision,
      createdBy: input.keyId,
    })
    await setAlias(transaction, {
      workspaceId,
      model: input.model,
      alias: productionAlias,
      version: version.version,
    })
    const product = { kind: "endpoint", id } as const
    await link(transaction, {
      workspaceId,
      product,
      source: { kind: "model_version", id: version.id },
      relation: "serves",
    })
    await addAuditEntry(transaction, {
      workspaceId,
      apiKeyId: input.keyId,
      action: "endpoint.deploy",
      subject: input.endpoint,
      details: { model: version.model, version: version.version, revision },
      clock,
    })
    await announceChange(transaction, { workspaceId, topic: endpointTopic, subject: id })
    return id
  })
  await serving.reconcile(workspaceId, endpointId)
  return waitUntilWarm(context, workspaceId, input.endpoint)
}

/** Throws ENDPOINT_NOT_FOUND. */
async function getEndpoint(store: Store, workspaceId: string, name: string): Promise<Endpoint> {
  const instances = await listLiveInstances(store, "serve")
  return store.inWorkspace(workspaceId, async (transaction) => {
    const { items } = await sql.selectEndpoints(transaction, { limit: 1, cursor: undefined, name })
    const row = items[0]
    if (row === undefined) throw fault("ENDPOINT_NOT_FOUND", { endpoint: name })
    return endpointOf(transaction, instances, row)
  })
}

async function listEndpoints(store: Store, workspaceId: string, page: Page): Promise<Paged<Endpoint>> {
  const instances = await listLiveInstances(store, "serve")
  return store.inWorkspace(workspaceId, async (transaction) => {
    const { items, nextCursor } = await sql.selectEndpoints(transaction, page)
    const endpoints: Endpoint[] = []
    for (const row of items) endpoints.push(await endpointOf(transaction, instances, row))
    return { items: endpoints, nextCursor }
  })
}

/** Throws ENDPOINT_NOT_FOUND. */
async function deleteEndpoint(
  context: Pick<Context, "store" | "serving" | "clock">,
  input: { readonly workspaceId: string; readonly keyId: string | null; readonly endpoint: string },
): Promise<void> {
  const { workspaceId, endpoint } = input
  const { id } = await context.store.inWorkspace(workspaceId, async (transaction) => {
    const row = await sql.markEndpointDeleted(transaction, endpoint)
    if (row === undefined) throw fault("ENDPOINT_NOT_FOUND", { endpoint })
    const entry = {
      workspaceId,
      apiKeyId: input.keyId,
      action: "endpoint.deleted",
      subject: endpoint,
      details: {},
    }
    await addAuditEntry(transaction, { ...entry, clock: context.clock })
    await announceChange(transaction, { workspaceId, topic: endpointTopic, subject: row.id })
    return row
  })
  await context.serving.reconcile(workspaceId, id)
}

async function waitUntilWarm(
  { store, limits, clock }: Context,
  workspaceId: string,
  name: string,
): Promise<Endpoint> {
  const deadlineMs = clock.monotonicMs() + limits.deployWaitMsMax
  for (;;) {
    const endpoint = await getEndpoint(store, workspaceId, name)
    if (endpoint.missingInstances.length === 0 || clock.monotonicMs() >= deadlineMs) return endpoint
    await new Promise((resolve) => setTimeout(resolve, readyPollMs))
  }
}

async function endpointOf(
  transaction: Transaction,
  instances: readonly { readonly id: string }[],
  row: sql.DeployedRow,
): Promise<Endpoint> {
  const ready = await sql.selectReadyInstances(transaction, { endpointId: row.id, revision: row.revision })
  return {
    id: row.id,
    name: row.name,
    model: row.model_name,
    version: row.version,
    modelVersionId: row.model_version_id,
    isStrict: row.strict,
    revision: row.revision,
    missingInstances: instances.map(({ id }) => id).filter((id) => !ready.has(id)),
    signature: signatureSchema.parse(row.signature),
    createdAt: row.created_at,
    deployedAt: row.deployed_at,
  }
}

/** Endpoints as doors call them. */
export type Endpoints = {
  readonly deploy: (input: DeployInput) => Promise<Endpoint>
  readonly get: (workspaceId: string, name: string) => Promise<Endpoint>
  readonly list: (workspaceId: string, page: Page) => Promise<Paged<Endpoint>>
  readonly delete: (input: Parameters<typeof deleteEndpoint>[1]) => Promise<void>
}

export function createEndpoints(context: Context): Endpoints {
  return {
    deploy: (input) => deploy(context, input),
    get: (workspaceId, name) => getEndpoint(context.store, workspaceId, name),
    list: (workspaceId, page) => listEndpoints(context.store, workspaceId, page),
    delete: (input) => deleteEndpoint(context, input),
  }
}

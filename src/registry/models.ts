/** @file Models, their immutable versions and their aliases. */
import type { Clock } from "../base/clock.ts"
import { fault } from "../base/errors.ts"
import { newIdentifier } from "../base/identifiers.ts"
import { type Signature, signatureSchema } from "../prepare/signature.ts"
import { addBlobReference, type JsonValue, type Transaction } from "../store/index.ts"
import { link } from "./lineage.ts"
import * as sql from "./sql.ts"

/** What a model version was made of and what it scored; the training room knows its inner shape. */
export type ModelReport = JsonValue

export type ModelVersion = {
  readonly id: string
  readonly modelId: string
  readonly model: string
  readonly version: number
  readonly fileDigest: string
  readonly byteLength: number
  readonly signature: Signature
  readonly report: ModelReport
  readonly aliases: readonly string[]
  readonly createdAt: Date
}

export type Model = {
  readonly id: string
  readonly name: string
  readonly latestVersion: number
  readonly aliases: Readonly<Record<string, number>>
  readonly createdAt: Date
  readonly latest: ModelVersion | null
}

export type NewModelVersion = {
  readonly workspaceId: string
  readonly model: string
  readonly fileDigest: string
  readonly byteLength: number
  readonly signature: Signature
  readonly report: ModelReport
  readonly jobId: string | null
  /** What it was made from. */
  readonly sources: readonly {
    readonly kind: "dataset_version" | "model_version"
    readonly id: string
    readonly relation: string
  }[]
}

/** A version by its number, by an alias, or the newest. */
export type VersionChoice = { readonly version: number } | { readonly alias: string } | "latest"

export type Page = { readonly limit: number; readonly cursor: string | undefined }
export type Paged<Item> = { readonly items: readonly Item[]; readonly nextCursor: string | null }

/** The version that deployments without a choice move here, and that people may move themselves. */
export const productionAlias = "production"

/** Registers the next version of a model, makes the model when it is new, keeps the file and writes the lineage. */
export async function addModelVersion(
  transaction: Transaction,
  input: NewModelVersion,
  clock: Clock,
): Promise<{ id: string; version: number }> {
  const { workspaceId } = input
  const model = await sql.nextModelVersion(transaction, {
    workspaceId,
    id: newIdentifier(clock),
    name: input.model,
  })
  const id = newIdentifier(clock)
  await sql.insertModelVersion(transaction, {
    workspace_id: workspaceId,
    id,
    model_id: model.id,
    version: model.latest_version,
    file_digest: input.fileDigest,
    byte_length: input.byteLength,
    signature: JSON.stringify(input.signature),
    report: JSON.stringify(input.report),
    job_id: input.jobId,
  })
  await addBlobReference(transaction, {
    workspaceId,
    digest: input.fileDigest,
    byteLength: input.byteLength,
    holderKind: "model_version",
    holderId: id,
  })
  const product = { kind: "model_version", id } as const
  for (const { kind, id: sourceId, relation } of input.sources)
    await link(transaction, { workspaceId, product, source: { kind, id: sourceId }, relation })
  if (model.latest_version === 1)
    await sql.putAlias(transaction, {
      workspaceId,
      modelId: model.id,
      name: productionAlias,
      modelVersionId: id,
    })
  return { id, version: model.latest_version }
}

export async function listModels(transaction: Transaction, page: Page): Promise<Paged<Model>> {
  const rows = await sql.selectModels(transaction, page)
  const items = await Promise.all(rows.items.map((row) => modelOf(transaction, row)))
  return { items, nextCursor: rows.nextCursor }
}

/** Throws MODEL_NOT_FOUND. */
export async function getModel(transaction: Transaction, name: string): Promise<Model> {
  return modelOf(transaction, await findModel(transaction, name))
}

/** Throws MODEL_NOT_FOUND. */
export async function listModelVersions(
  transaction: Transaction,
  name: string,
  page: Page,
): Promise<Paged<ModelVersion>> {
  const model = await findModel(transaction, name)
  const rows = await sql.selectModelVersions(transaction, model.id, page)
  const aliases = await sql.selectAliases(transaction, model.id)
  return { items: rows.items.map((row) => versionOf(row, aliases)), nextCursor: rows.nextCursor }
}

/** One version by number, by alias, or the newest. Throws MODEL_NOT_FOUND, MODEL_VERSION_NOT_FOUND, ALIAS_NOT_FOUND. */
export async function getModelVersion(
  transaction: Transaction,
  name: string,
  choice: VersionChoice,
): Promise<ModelVersion> {
  const model = await findModel(transaction, name)
  const aliases = await sql.selectAliases(transaction, model.id)
  const version = chosenVersion(model, aliases, choice)
  const row = await sql.selectModelVersion(transaction, model.id, version)
  if (row === undefined)
    throw fault("MODEL_VERSION_NOT_FOUND", { model: name, version, newest: model.latest_version })
  return versionOf(row, aliases)
}

/** Throws MODEL_NOT_FOUND, MODEL_VERSION_NOT_FOUND. */
export async function setAlias(
  transaction: Transaction,
  input: {
    readonly workspaceId: string
    readonly model: string
    readonly alias: string
    readonly version: number
  },
): Promise<Model> {
  const { workspaceId, alias } = input
  const version = await getModelVersion(transaction, input.model, { version: input.version })
  await sql.putAlias(transaction, {
    workspaceId,
    modelId: version.modelId,
    name: alias,
    modelVersionId: version.id,
  })
  return getModel(transaction, input.model)
}

function chosenVersion(model: sql.ModelRow, aliases: readonly sql.AliasRow[], choice: VersionChoice): number {
  if (choice === "latest") return model.latest_version
  if ("version" in choice) return choice.version
  const alias = aliases.find(({ name }) => name === choice.alias)
  if (alias === undefined) throw fault("ALIAS_NOT_FOUND", { model: model.name, alias: choice.alias })
  return alias.version
}

async function findModel(transaction: Transaction, name: string): Promise<sql.ModelRow> {
  const row = await sql.selectModel(transaction, name)
  if (row === undefined) throw fault("MODEL_NOT_FOUND", { model: name })
  return row
}

async function modelOf(transaction: Transaction, row: sql.ModelRow): Promise<Model> {
  const aliases = await sql.selectAliases(transaction, row.id)
  const latest = await sql.selectModelVersion(transaction, row.id, row.latest_version)
  return {
    id: row.id,
    name: row.name,
    latestVersion: row.latest_version,
    aliases: Object.fromEntries(aliases.map(({ name, version }) => [name, version])),
    createdAt: row.created_at,
    latest: latest === undefined ? null : versionOf(latest, aliases),
  }
}

function versionOf(row: sql.ModelVersionRow, aliases: readonly sql.AliasRow[]): ModelVersion {
  return {
    id: row.id,
    modelId: row.model_id,
    model: row.model_name,
    version: row.version,
    fileDigest: row.file_digest,
    byteLength: row.byte_length,
    signature: signatureSchema.parse(row.signature),
    report: row.report,
    aliases: aliases.filter(({ version }) => version === row.version).map(({ name }) => name),
    createdAt: row.created_at,
  }
}

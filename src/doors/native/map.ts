/** @file Domain things as the bodies of the native door. */
import type { z } from "zod"

import { fault } from "../../base/errors.ts"
import { namePattern } from "../../base/identifiers.ts"
import type { Language } from "../../base/sentences/say.ts"
import type { Dataset, DatasetVersion } from "../../collect/index.ts"
import type { ApiKey } from "../../identity/index.ts"
import type { Job } from "../../jobs/index.ts"
import type { LineageEdge, Model, ModelVersion } from "../../registry/index.ts"
import type { Endpoint } from "../../serve/index.ts"
import { trainingReportSchema } from "../../train/index.ts"
import type * as schema from "./schema.ts"

type Body<Schema extends z.ZodType> = z.input<Schema>

export function jobBody(job: Job): Body<typeof schema.job> {
  const { error, result } = job
  return {
    ...job,
    result: result === null ? null : { ...result },
    error: error === null ? null : { code: error.code, message: error.message },
  }
}

export function datasetBody(dataset: Dataset): Body<typeof schema.dataset> {
  return {
    name: dataset.name,
    latestVersion: dataset.latestVersion,
    createdAt: dataset.createdAt.toISOString(),
    latest: dataset.latest === null ? null : datasetVersionSummaryBody(dataset.latest),
  }
}

export function datasetVersionSummaryBody(
  version: DatasetVersion,
): Body<typeof schema.datasetVersionSummary> {
  return {
    version: version.version,
    rowCount: version.rowCount,
    columnCount: version.schema.length,
    rejectedCount: version.rejectedCount,
    byteLength: version.byteLength,
    fileDigest: version.fileDigest,
    contentDigest: version.contentDigest,
    createdAt: version.createdAt.toISOString(),
  }
}

export function datasetVersionBody(
  version: DatasetVersion,
  language: Language,
): Body<typeof schema.datasetVersion> {
  return {
    ...datasetVersionSummaryBody(version),
    dataset: version.dataset,
    schema: [...version.schema],
    profile: version.profile,
    source: sourceBody(version.source),
    warnings: version.source.warnings.map((warning) => warning[language]),
    rejectedRows: version.rejectedRows.map((row) => ({ ...row, reason: row.reason[language] })),
  }
}

function sourceBody({ warnings: _, ...source }: DatasetVersion["source"]) {
  return source
}

export function modelBody(model: Model): Body<typeof schema.model> {
  return {
    name: model.name,
    latestVersion: model.latestVersion,
    aliases: { ...model.aliases },
    createdAt: model.createdAt.toISOString(),
    latest: model.latest === null ? null : modelVersionSummaryBody(model.latest),
  }
}

export function modelVersionSummaryBody(version: ModelVersion): Body<typeof schema.modelVersionSummary> {
  const report = trainingReportSchema.parse(version.report)
  const primary = report.test.scores.find(({ name }) => name === report.primaryMetric) ?? report.test.baseline
  return {
    version: version.version,
    task: report.task,
    learner: report.leaderboard.find(({ isChosen }) => isChosen)?.learner ?? "constant",
    target: report.target,
    primaryMetric: primary,
    byteLength: version.byteLength,
    fileDigest: version.fileDigest,
    createdAt: version.createdAt.toISOString(),
  }
}

export function modelVersionBody(version: ModelVersion): Body<typeof schema.modelVersion> {
  return {
    ...modelVersionSummaryBody(version),
    model: version.model,
    aliases: [...version.aliases],
    signature: version.signature,
    report: trainingReportSchema.parse(version.report),
  }
}

export function lineageBody(edges: readonly LineageEdge[]): { edges: Body<typeof schema.lineageEdge>[] } {
  return { edges: [...edges] }
}

export function endpointBody(endpoint: Endpoint): Body<typeof schema.endpoint> {
  return {
    name: endpoint.name,
    model: endpoint.model,
    version: endpoint.version,
    strict: endpoint.isStrict,
    revision: endpoint.revision,
    state: endpoint.missingInstances.length === 0 ? "ready" : "loading",
    missingInstances: [...endpoint.missingInstances],
    signature: endpoint.signature,
    createdAt: endpoint.createdAt.toISOString(),
    deployedAt: endpoint.deployedAt.toISOString(),
  }
}

export function keyBody(key: ApiKey): Body<typeof schema.apiKey> {
  const { scopes, endpoints, ...rest } = key
  return { ...rest, scopes: [...scopes], endpoints: endpoints === null ? null : [...endpoints] }
}

export function pageBody<Item, ItemBody>(
  page: { readonly items: readonly Item[]; readonly nextCursor: string | null },
  bodyOf: (item: Item) => ItemBody,
): { items: ItemBody[]; nextCursor: string | null } {
  const { items, nextCursor } = page
  return { items: items.map(bodyOf), nextCursor: nextCursor === null ? null : encodeCursor(nextCursor) }
}

/** Opaque to clients, so that what a list is ordered by may change. */
export function encodeCursor(place: string): string {
  return Buffer.from(place, "utf8").toString("base64url")
}

/** What lists are ordered by, and so what their cursors hold. */
const places = {
  name: namePattern,
  version: /^[1-9]\d{0,8}$/,
  id: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
}
export type CursorKind = keyof typeof places

/** Throws CURSOR_INVALID. */
export function decodeCursor(kind: CursorKind, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined
  const place = Buffer.from(cursor, "base64url").toString("utf8")
  if (!places[kind].test(place) || encodeCursor(place) !== cursor) throw fault("CURSOR_INVALID", {})
  return place
}

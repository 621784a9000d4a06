/** @file Row types of every table, generated from the real schema by scripts/generate-row-types.ts. Do not edit. */
import type { ColumnType, Generated, GeneratedAlways } from "kysely"

import type { JsonValue } from "../json.ts"

/** Written as JSON text, since the driver would take an array for a PostgreSQL array; read as the value. */
type Json = ColumnType<JsonValue, string, string>
type NullableJson = ColumnType<JsonValue | null, string | null | undefined, string | null>
type GeneratedJson = ColumnType<JsonValue, string | undefined, string>

export type AliasTable = {
  workspace_id: string
  model_id: string
  name: string
  model_version_id: string
  updated_at: Generated<Date>
}

export type ApiKeyTable = {
  workspace_id: string
  id: string
  display_id: string
  sha256: Buffer
  name: string
  scopes: string[]
  endpoint_names: string[] | null
  created_at: Generated<Date>
  expires_at: Date | null
  revoked_at: Date | null
}

export type AuditEntryTable = {
  workspace_id: string
  id: string
  at: Generated<Date>
  api_key_id: string | null
  action: string
  subject: string
  details: GeneratedJson
}

export type BlobReferenceTable = {
  workspace_id: string
  digest: string
  holder_kind: string
  holder_id: string
  byte_length: number
  created_at: Generated<Date>
}

export type ChangeTable = {
  workspace_id: string
  id: GeneratedAlways<number>
  topic: string
  subject: string
  created_at: Generated<Date>
}

export type DatasetTable = {
  workspace_id: string
  id: string
  name: string
  latest_version: Generated<number>
  created_at: Generated<Date>
}

export type DatasetVersionTable = {
  workspace_id: string
  id: string
  dataset_id: string
  version: number
  file_digest: string
  content_digest: string
  byte_length: number
  row_count: number
  table_schema: Json
  profile: Json
  source: Json
  rejected_count: number
  rejected_rows: Json
  job_id: string | null
  created_at: Generated<Date>
}

export type DeploymentTable = {
  workspace_id: string
  id: string
  endpoint_id: string
  model_version_id: string
  revision: number
  created_by: string | null
  created_at: Generated<Date>
}

export type EndpointTable = {
  workspace_id: string
  id: string
  name: string
  strict: Generated<boolean>
  revision: Generated<number>
  created_at: Generated<Date>
  deleted_at: Date | null
}

export type EndpointReadyTable = {
  workspace_id: string
  endpoint_id: string
  instance_id: string
  revision: number
  ready_at: Generated<Date>
}

export type IdempotencyKeyTable = {
  workspace_id: string
  key: string
  request_sha256: Buffer
  response_status: number | null
  response_body: NullableJson
  created_at: Generated<Date>
}

export type JobTable = {
  workspace_id: string
  id: string
  kind: string
  arguments: Json
  state: Generated<"queued" | "running" | "succeeded" | "failed" | "cancelled">
  attempt: Generated<number>
  cancel_requested: Generated<boolean>
  progress: NullableJson
  result: NullableJson
  error: NullableJson
  memory_peak_bytes: number | null
  revision: Generated<number>
  created_by: string | null
  created_at: Generated<Date>
  started_at: Date | null
  finished_at: Date | null
}

export type LineageEdgeTable = {
  workspace_id: string
  product_kind: string
  product_id: string
  source_kind: string
  source_id: string
  relation: string
  created_at: Generated<Date>
}

export type ModelTable = {
  workspace_id: string
  id: string
  name: string
  latest_version: Generated<number>
  created_at: Generated<Date>
}

export type ModelVersionTable = {
  workspace_id: string
  id: string
  model_id: string
  version: number
  file_digest: string
  byte_length: number
  signature: Json
  report: Json
  job_id: string | null
  created_at: Generated<Date>
}

export type WorkspaceTable = {
  workspace_id: string
  name: string
  created_at: Generated<Date>
}

export type QuernstoneServerInstanceTable = {
  id: string
  pid: number
  host: string
  roles: string[]
  started_at: Generated<Date>
  seen_at: Generated<Date>
}

export type QuernstoneServerSchemaMigrationTable = {
  number: number
  name: string
  sha256: string
  applied_at: Generated<Date>
}

/** All tables, by the names that statements use. */
export type Database = {
  alias: AliasTable
  api_key: ApiKeyTable
  audit_entry: AuditEntryTable
  blob_reference: BlobReferenceTable
  change: ChangeTable
  dataset: DatasetTable
  dataset_version: DatasetVersionTable
  deployment: DeploymentTable
  endpoint: EndpointTable
  endpoint_ready: EndpointReadyTable
  idempotency_key: IdempotencyKeyTable
  job: JobTable
  lineage_edge: LineageEdgeTable
  model: ModelTable
  model_version: ModelVersionTable
  workspace: WorkspaceTable
  "quernstone_server.instance": QuernstoneServerInstanceTable
  "quernstone_server.schema_migration": QuernstoneServerSchemaMigrationTable
}

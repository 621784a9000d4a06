/** @file Every operation of the native REST door in one table: the routes, the OpenAPI document and the client are made from it. */
import { z } from "zod"

import * as schema from "./schema.ts"

export type Operation = {
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  readonly path: string
  readonly scope: "predict" | "read" | "write" | "admin"
  readonly summary: string
  readonly params: z.ZodType
  readonly query: z.ZodType
  /** JSON, or `none` where there is no body or a file is streamed. */
  readonly body: z.ZodType
  readonly bodyKind: "none" | "json" | "file"
  readonly status: 200 | 201 | 202 | 204
  /** `none` for 204 and where a stream or a file comes. */
  readonly response: z.ZodType
  readonly responseKind: "none" | "json" | "file" | "events"
  /** The answer holds a secret, which is never kept in clear. */
  readonly isSecret?: true
}

export const none = z.strictObject({})

/** What most operations have; each says what differs. */
const plain = { params: none, query: none, body: none, bodyKind: "none", responseKind: "json" } as const

const nameParams = z.object({ name: schema.name })
const versionParams = z.object({
  name: schema.name,
  version: z.union([schema.pathVersion, z.literal("latest")]),
})
const idParams = z.object({ id: z.uuid() })

export const operations = {
  getServer: {
    ...plain,
    method: "GET",
    path: "/api/v1/server",
    scope: "read",
    summary: "State of the server",
    status: 200,
    response: schema.serverState,
  },
  listDatasets: {
    ...plain,
    method: "GET",
    path: "/api/v1/datasets",
    scope: "read",
    summary: "Datasets by name",
    query: schema.pageQuery,
    status: 200,
    response: schema.pageOf(schema.dataset),
  },
  getDataset: {
    ...plain,
    method: "GET",
    path: "/api/v1/datasets/{name}",
    scope: "read",
    summary: "One dataset",
    params: nameParams,
    status: 200,
    response: schema.dataset,
  },
  listDatasetVersions: {
    ...plain,
    method: "GET",
    path: "/api/v1/datasets/{name}/versions",
    scope: "read",
    summary: "Versions of a dataset, newest first",
    params: nameParams,
    query: schema.pageQuery,
    status: 200,
    response: schema.pageOf(schema.datasetVersionSummary),
  },
  addDatasetVersion: {
    ...plain,
    method: "POST",
    path: "/api/v1/datasets/{name}/versions",
    scope: "write",
    summary: "Upload a CSV file, plain or gzip; a job turns it into an immutable version",
    params: nameParams,
    query: schema.importQuery,
    bodyKind: "file",
    status: 202,
    response: schema.job,
  },
  getDatasetVersion: {
    ...plain,
    method: "GET",
    path: "/api/v1/datasets/{name}/versions/{version}",
    scope: "read",
    summary: "One version with its schema, profile and rejected rows",
    params: versionParams,
    status: 200,
    response: schema.datasetVersion,
  },
  startTraining: {
    ...plain,
    method: "POST",
    path: "/api/v1/training-jobs",
    scope: "write",
    summary: "Train a model: a job that ends with a new model version",
    bodyKind: "json",
    body: schema.trainingRequest,
    status: 202,
    response: schema.job,
  },
  listJobs: {
    ...plain,
    method: "GET",
    path: "/api/v1/jobs",
    scope: "read",
    summary: "Jobs, newest first",
    query: schema.pageQuery,
    status: 200,
    response: schema.pageOf(schema.job),
  },
  getJob: {
    ...plain,
    method: "GET",
    path: "/api/v1/jobs/{id}",
    scope: "read",
    summary: "One job with its progress and result",
    params: idParams,
    status: 200,
    response: schema.job,
  },
  watchJob: {
    ...plain,
    method: "GET",
    path: "/api/v1/jobs/{id}/events",
    scope: "read",
    summary: "The job as server-sent events until it ends; Last-Event-ID resumes",
    params: idParams,
    status: 200,
    response: none,
    responseKind: "events",
  },
  cancelJob: {
    ...plain,
    method: "POST",
    path: "/api/v1/jobs/{id}/cancel",
    scope: "write",
    summary: "Cancel a job",
    params: idParams,
    status: 202,
    response: schema.job,
  },
  listModels: {
    ...plain,
    method: "GET",
    path: "/api/v1/models",
    scope: "read",
    summary: "Models by name",
    query: schema.pageQuery,
    status: 200,
    response: schema.pageOf(schema.model),
  },
  getModel: {
    ...plain,
    method: "GET",
    path: "/api/v1/models/{name}",
    scope: "read",
    summary: "One model with its aliases",
    params: nameParams,
    status: 200,
    response: schema.model,
  },
  listModelVersions: {
    ...plain,
    method: "GET",
    path: "/api/v1/models/{name}/versions",
    scope: "read",
    summary: "Versions of a model, newest first",
    params: nameParams,
    query: schema.pageQuery,
    status: 200,
    response: schema.pageOf(schema.modelVersionSummary),
  },
  getModelVersion: {
    ...plain,
    method: "GET",
    path: "/api/v1/models/{name}/versions/{version}",
    scope: "read",
    summary: "One version with its signature and training report",
    params: versionParams,
    status: 200,
    response: schema.modelVersion,
  },
  getModelFile: {
    ...plain,
    method: "GET",
    path: "/api/v1/models/{name}/versions/{version}/file",
    scope: "read",
    summary: "The ONNX file as it is served",
    params: versionParams,
    status: 200,
    response: none,
    responseKind: "file",
  },
  getModelLineage: {
    ...plain,
    method: "GET",
    path: "/api/v1/models/{name}/versions/{version}/lineage",
    scope: "read",
    summary: "What the version was made from and what was made from it",
    params: versionParams,
    status: 200,
    response: z.object({ edges: z.array(schema.lineageEdge) }),
  },
  setModelAlias: {
    ...plain,
    method: "PUT",
    path: "/api/v1/models/{name}/aliases/{alias}",
    scope: "write",
    summary: "Point an alias at a version",
    params: z.object({ name: schema.name, alias: schema.name }),
    bodyKind: "json",
    body: z.strictObject({ version: schema.version }).meta({ id: "AliasRequest" }),
    status: 200,
    response: schema.model,
  },
  listEndpoints: {
    ...plain,
    method: "GET",
    path: "/api/v1/endpoints",
    scope: "read",
    summary: "Endpoints by name",
    query: schema.pageQuery,
    status: 200,
    response: schema.pageOf(schema.endpoint),
  },
  getEndpoint: {
    ...plain,
    method: "GET",
    path: "/api/v1/endpoints/{name}",
    scope: "read",
    summary: "One endpoint with the signature of its model",
    params: nameParams,
    status: 200,
    response: schema.endpoint,
  },
  deploy: {
    ...plain,
    method: "POST",
    path: "/api/v1/endpoints/{name}/deployments",
    scope: "write",
    summary:
      "Serve a model version under this name; 202 names the instances that do not have it warm after 30 s",
    params: nameParams,
    bodyKind: "json",
    body: schema.deployRequest,
    status: 200,
    response: schema.endpoint,
  },
  deleteEndpoint: {
    ...plain,
    method: "DELETE",
    path: "/api/v1/endpoints/{name}",
    scope: "write",
    summary: "Stop serving under this name",
    params: nameParams,
    status: 204,
    response: none,
    responseKind: "none",
  },
  predict: {
    ...plain,
    method: "POST",
    path: "/api/v1/endpoints/{name}/predict",
    scope: "predict",
    summary: "Predict rows; explain=true adds what each column contributed",
    params: nameParams,
    query: z.strictObject({
      explain: z.enum(["true", "false"]).optional(),
      strict: z.enum(["true", "false"]).optional(),
    }),
    bodyKind: "json",
    body: schema.predictRequest,
    status: 200,
    response: schema.predictResponse,
  },
  listKeys: {
    ...plain,
    method: "GET",
    path: "/api/v1/keys",
    scope: "admin",
    summary: "API keys, newest first, without their secrets",
    query: schema.pageQuery,
    status: 200,
    response: schema.pageOf(schema.apiKey),
  },
  createKey: {
    ...plain,
    method: "POST",
    path: "/api/v1/keys",
    scope: "admin",
    summary: "Make an API key; the answer shows it once",
    bodyKind: "json",
    body: schema.keyRequest,
    status: 201,
    response: schema.newApiKey,
    isSecret: true,
  },
  revokeKey: {
    ...plain,
    method: "DELETE",
    path: "/api/v1/keys/{id}",
    scope: "admin",
    summary: "Revoke an API key, in force everywhere within 3 s",
    params: idParams,
    status: 204,
    response: none,
    responseKind: "none",
  },
} as const satisfies Readonly<Record<string, Operation>>

export type OperationId = keyof typeof operations

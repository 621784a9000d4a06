/** @file What the native REST door takes and gives, as zod schemas: the source of openapi/quernstone.json and of the client's types. */
import { z } from "zod"
import { namePattern } from "../../base/identifiers.ts"
import { learnerFamilies } from "../../base/training-choices.ts"
import { columnSchemaSchema } from "../../collect/index.ts"
import { recipePlanSchema } from "../../prepare/recipe.ts"
import { signatureSchema } from "../../prepare/signature.ts"
import { profileSchema } from "../../table/profile-schema.ts"
import { linearChoiceSchema, networkChoiceSchema, trainingReportSchema } from "../../train/index.ts"

export const name = z
  .string()
  .regex(namePattern, "letters and digits of any script, with - _ . inside; 1 to 100 characters")
const timestamp = z.iso.datetime().meta({ description: "RFC 3339, UTC" })
const identifier = z.uuid()
/** PostgreSQL's integer ends here. */
const versionMax = 2 ** 31 - 1
export const version = z.int().positive().max(versionMax)
/** As it stands in a path. */
export const pathVersion = z.coerce.number().int().positive().max(versionMax)
const keySecondsMax = 100 * 365 * 86_400

export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).optional(),
  cursor: z.string().max(500).optional(),
})

/** A page of a list; `nextCursor` is null on the last one. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}

export const problem = z
  .object({ code: z.string(), message: z.string(), row: z.int().optional(), column: z.string().optional() })
  .meta({ id: "Problem" })

export const errorBody = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      requestId: z.string(),
      problems: z.array(problem).optional(),
    }),
  })
  .meta({ id: "Error" })

export const serverState = z
  .object({
    name: z.literal("quernstone"),
    version: z.string(),
    startedAt: timestamp,
    database: z.object({ mode: z.enum(["embedded", "outside"]), reachable: z.boolean() }),
    authentication: z.enum(["on", "off"]),
    warnings: z.array(z.string()),
    endpoints: z.int(),
    runningJobs: z.int(),
    memoryBytes: z.int(),
  })
  .meta({ id: "ServerState" })

export const jobState = z.enum(["queued", "running", "succeeded", "failed", "cancelled"])

export const job = z
  .object({
    id: identifier,
    kind: z.string(),
    state: jobState,
    attempt: z.int(),
    progress: z
      .object({
        phase: z.string(),
        done: z.number(),
        total: z.number().nullable(),
        message: z.string().nullable(),
      })
      .nullable(),
    result: z.record(z.string(), z.unknown()).nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    finishedAt: timestamp.nullable(),
    revision: z.int(),
  })
  .meta({ id: "Job" })

export const importQuery = z.strictObject({
  filename: z.string().max(255).optional(),
  delimiter: z.string().min(1).max(4).optional(),
  decimal: z.enum([".", ","]).optional(),
  header: z.enum(["true", "false"]).optional(),
  encoding: z.string().max(40).optional(),
})

export const rejectedRow = z
  .object({ line: z.int(), column: z.string().nullable(), reason: z.string(), text: z.string() })
  .meta({ id: "RejectedRow" })

export const datasetVersionSummary = z
  .object({
    version,
    rowCount: z.int(),
    columnCount: z.int(),
    rejectedCount: z.int(),
    byteLength: z.int(),
    fileDigest: z.string(),
    contentDigest: z.string(),
    createdAt: timestamp,
  })
  .meta({ id: "DatasetVersionSummary" })

export const dataset = z
  .object({ name, latestVersion: z.int(), createdAt: timestamp, latest: datasetVersionSummary.nullable() })
  .meta({ id: "Dataset" })

export const datasetVersion = datasetVersionSummary
  .extend({
    dataset: name,
    schema: z.array(columnSchemaSchema),
    profile: profileSchema,
    source: z.object({
      filename: z.string().nullable(),
      uploadDigest: z.string(),
      dialect: z.object({
        delimiter: z.string(),
        decimal: z.enum([".", ","]),
        hasHeader: z.boolean(),
        encoding: z.string(),
      }),
    }),
    warnings: z
      .array(z.string())
      .meta({ description: "how the file was understood, where that is not plain" }),
    rejectedRows: z.array(rejectedRow),
  })
  .meta({ id: "DatasetVersion" })

export const trainingRequest = z
  .strictObject({
    dataset: name,
    datasetVersion: version.optional().meta({ description: "the newest when absent" }),
    target: z.string().min(1),
    model: name.optional().meta({ description: "name of the model; the dataset's name when absent" }),
    task: z.enum(["binary", "multiclass", "regression"]).optional(),
    positive: z.union([z.string(), z.number()]).optional(),
    recipe: recipePlanSchema.optional(),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .optional(),
    learner: z
      .enum(learnerFamilies)
      .optional()
      .meta({ description: "only this family may win; all are compared when absent" }),
    network: networkChoiceSchema
      .optional()
      .meta({ description: "settings of networks that are fixed; the others are searched" }),
    linear: linearChoiceSchema
      .optional()
      .meta({ description: "settings of linear models that are fixed; the others are searched" }),
  })
  .refine(({ learner, network }) => network === undefined || learner === undefined || learner === "network", {
    path: ["network"],
    message: "settings of networks need learner network, or none",
  })
  .refine(({ learner, linear }) => linear === undefined || learner === undefined || learner === "linear", {
    path: ["linear"],
    message: "settings of linear models need learner linear, or none",
  })
  .meta({ id: "TrainingRequest" })

export const modelVersionSummary = z
  .object({
    version,
    task: z.enum(["binary", "multiclass", "regression"]),
    learner: z.string(),
    target: z.string(),
    primaryMetric: z.object({ name: z.string(), value: z.number(), low: z.number(), high: z.number() }),
    byteLength: z.int(),
    fileDigest: z.string(),
    createdAt: timestamp,
  })
  .meta({ id: "ModelVersionSummary" })

export const model = z
  .object({
    name,
    latestVersion: z.int(),
    aliases: z.record(z.string(), z.int()),
    createdAt: timestamp,
    latest: modelVersionSummary.nullable(),
  })
  .meta({ id: "Model" })

export const modelVersion = modelVersionSummary
  .extend({
    model: name,
    aliases: z.array(z.string()),
    signature: signatureSchema,
    report: trainingReportSchema,
  })
  .meta({ id: "ModelVersion" })

export const lineageEdge = z
  .object({
    product: z.object({ kind: z.string(), id: identifier, label: z.string() }),
    source: z.object({ kind: z.string(), id: identifier, label: z.string() }),
    relation: z.string(),
  })
  .meta({ id: "LineageEdge" })

export const deployRequest = z
  .strictObject({
    model: name,
    version: version.optional(),
    alias: name.optional(),
    strict: z.boolean().optional().meta({ description: "warnings become errors" }),
  })
  .meta({ id: "DeployRequest" })

export const endpoint = z
  .object({
    name,
    model: name,
    version,
    strict: z.boolean(),
    revision: z.int(),
    state: z.enum(["ready", "loading"]),
    missingInstances: z.array(z.string()),
    signature: signatureSchema,
    createdAt: timestamp,
    deployedAt: timestamp,
  })
  .meta({ id: "Endpoint" })

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()])

export const predictRequest = z
  .object({
    rows: z.array(z.record(z.string(), cell)),
    explain: z.boolean().optional(),
    strict: z.boolean().optional(),
  })
  .meta({ id: "PredictRequest" })

export const predictResponse = z
  .object({
    endpoint: name,
    model: name,
    version,
    predictions: z.array(
      z.union([
        z.object({ prediction: z.number() }),
        z.object({
          label: z.union([z.string(), z.number()]),
          probabilities: z.record(z.string(), z.number()),
        }),
        z.object({ error: problem }),
      ]),
    ),
    explanations: z
      .array(
        z.object({
          output: z
            .string()
            .nullable()
            .meta({ description: "the class that is explained; null for a regression" }),
          unit: z.enum(["log-odds", "class score", "target"]),
          baseline: z.number(),
          score: z.number().meta({ description: "baseline plus all contributions" }),
          contributions: z.array(z.object({ column: z.string(), value: cell, contribution: z.number() })),
        }),
      )
      .optional(),
    warnings: z.array(problem).meta({ description: "the first hundred" }),
    warningCount: z.int(),
  })
  .meta({ id: "PredictResponse" })

export const keyRequest = z
  .strictObject({
    name: z.string().min(1).max(100),
    scopes: z.array(z.enum(["predict", "read", "write", "admin"])).min(1),
    endpoints: z.array(name).min(1).optional(),
    expiresInSeconds: z.int().positive().max(keySecondsMax).optional(),
  })
  .meta({ id: "KeyRequest" })

export const apiKey = z
  .object({
    id: identifier,
    displayId: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(["predict", "read", "write", "admin"])),
    endpoints: z.array(z.string()).nullable(),
    createdAt: timestamp,
    expiresAt: timestamp.nullable(),
    revokedAt: timestamp.nullable(),
  })
  .meta({ id: "ApiKey" })

export const newApiKey = apiKey
  .extend({ key: z.string().meta({ description: "shown once, never again" }) })
  .meta({ id: "NewApiKey" })

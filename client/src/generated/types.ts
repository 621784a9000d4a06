/** @file Generated from the OpenAPI document by scripts/generate-client.ts; `npm run generate` writes it again. */

import type { CallOptions, FileBody } from "../call.ts"

export type AliasRequest = {
  version: number
}

export type ApiKey = {
  id: string
  displayId: string
  name: string
  scopes: Array<"predict" | "read" | "write" | "admin">
  endpoints: Array<string> | null
  /** RFC 3339, UTC */
  createdAt: string
  expiresAt: string | null
  revokedAt: string | null
}

export type ColumnProfile = {
  name: string
  type: "integer" | "number" | "boolean" | "date" | "timestamp" | "text"
  missingCount: number
  distinctCount: number
  min: number | null
  max: number | null
  mean: number | null
  standardDeviation: number | null
  quantiles: Array<{
    share: number
    value: number
  }> | null
  areQuantilesApproximate: boolean
  histogram: {
    edges: Array<number>
    counts: Array<number>
  } | null
  top: Array<{
    value: string | number | boolean
    count: number
  }>
  meanLength: number | null
  isConstant: boolean
  isIdentifier: boolean
  float32MergedShare: number | null
}

export type CurvePoint = {
  epoch: number
  loss: number
  validationLoss: number | null
}

export type Dataset = {
  name: string
  latestVersion: number
  /** RFC 3339, UTC */
  createdAt: string
  latest: DatasetVersionSummary | null
}

export type DatasetVersion = {
  version: number
  rowCount: number
  columnCount: number
  rejectedCount: number
  byteLength: number
  fileDigest: string
  contentDigest: string
  /** RFC 3339, UTC */
  createdAt: string
  dataset: string
  schema: Array<{
    name: string
    type: "integer" | "number" | "boolean" | "date" | "timestamp" | "text"
  }>
  profile: Profile
  source: {
    filename: string | null
    uploadDigest: string
    dialect: {
      delimiter: string
      decimal: "." | ","
      hasHeader: boolean
      encoding: string
    }
  }
  /** how the file was understood, where that is not plain */
  warnings: Array<string>
  rejectedRows: Array<RejectedRow>
}

export type DatasetVersionSummary = {
  version: number
  rowCount: number
  columnCount: number
  rejectedCount: number
  byteLength: number
  fileDigest: string
  contentDigest: string
  /** RFC 3339, UTC */
  createdAt: string
}

export type DeployRequest = {
  model: string
  version?: number | undefined
  alias?: string | undefined
  /** warnings become errors */
  strict?: boolean | undefined
}

export type Endpoint = {
  name: string
  model: string
  version: number
  strict: boolean
  revision: number
  state: "ready" | "loading"
  missingInstances: Array<string>
  signature: {
    version: 1
    task: "binary" | "multiclass" | "regression"
    target: string
    columns: Array<{
      name: string
      required: boolean
      nullable: boolean
      example: string | number | boolean | null
      kind: "number"
      input: "numeric" | "numeric64"
      position: number
      integer: boolean
      range: [number, number]
    } | {
      name: string
      required: boolean
      nullable: boolean
      example: string | number | boolean | null
      kind: "boolean"
      input: "numeric"
      position: number
    } | {
      name: string
      required: boolean
      nullable: boolean
      example: string | number | boolean | null
      kind: "category"
      input: "text"
      position: number
      categories: Array<string>
      open: boolean
    } | {
      name: string
      required: boolean
      nullable: boolean
      example: string | number | boolean | null
      kind: "datetime"
      input: "numeric"
      position: number
      precision: "date" | "second"
      formats: Array<"iso" | "yyyy-mm-dd" | "yyyy/mm/dd" | "yyyymmdd" | "yyyy年m月d日">
      zone: "UTC"
      range: [number, number]
    }>
    ignored: Array<{
      name: string
      reason: "target" | "identifier" | "constant" | "text" | "chosen"
    }>
    classes: Array<string> | Array<number> | null
    positiveClass: string | number | null
    threshold: number | null
  }
  /** RFC 3339, UTC */
  createdAt: string
  /** RFC 3339, UTC */
  deployedAt: string
}

export type ErrorBody = {
  error: {
    code: string
    message: string
    requestId: string
    problems?: Array<Problem> | undefined
  }
}

export type Job = {
  id: string
  kind: string
  state: "queued" | "running" | "succeeded" | "failed" | "cancelled"
  attempt: number
  progress: {
    phase: string
    done: number
    total: number | null
    message: string | null
  } | null
  result: { [key: string]: unknown } | null
  error: {
    code: string
    message: string
  } | null
  /** RFC 3339, UTC */
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  revision: number
}

export type KeyRequest = {
  name: string
  scopes: Array<"predict" | "read" | "write" | "admin">
  endpoints?: Array<string> | undefined
  expiresInSeconds?: number | undefined
}

export type LeaderboardEntry = {
  learner: "constant" | "linear" | "network"
  parameters: { [key: string]: number | string | boolean | Array<number> }
  validation: Score
  fitMs: number
  isChosen: boolean
  curve: Array<CurvePoint> | null
  bestEpoch: number | null
}

export type LineageEdge = {
  product: {
    kind: string
    id: string
    label: string
  }
  source: {
    kind: string
    id: string
    label: string
  }
  relation: string
}

export type LinearChoice = {
  penalty?: number | undefined
  /** 0 ridge, 1 lasso, between them elastic net */
  l1Ratio?: number | undefined
}

export type Model = {
  name: string
  latestVersion: number
  aliases: { [key: string]: number }
  /** RFC 3339, UTC */
  createdAt: string
  latest: ModelVersionSummary | null
}

export type ModelVersion = {
  version: number
  task: "binary" | "multiclass" | "regression"
  learner: string
  target: string
  primaryMetric: {
    name: string
    value: number
    low: number
    high: number
  }
  byteLength: number
  fileDigest: string
  /** RFC 3339, UTC */
  createdAt: string
  model: string
  aliases: Array<string>
  signature: {
    version: 1
    task: "binary" | "multiclass" | "regression"
    target: string
    columns: Array<{
      name: string
      required: boolean
      nullable: boolean
      example: string | number | boolean | null
      kind: "number"
      input: "numeric" | "numeric64"
      position: number
      integer: boolean
      range: [number, number]
    } | {
      name: string
      required: boolean
      nullable: boolean
      example: string | number | boolean | null
      kind: "boolean"
      input: "numeric"
      position: number
    } | {
      name: string
      required: boolean
      nullable: boolean
      example: string | number | boolean | null
      kind: "category"
      input: "text"
      position: number
      categories: Array<string>
      open: boolean
    } | {
      name: string
      required: boolean
      nullable: boolean
      example: string | number | boolean | null
      kind: "datetime"
      input: "numeric"
      position: number
      precision: "date" | "second"
      formats: Array<"iso" | "yyyy-mm-dd" | "yyyy/mm/dd" | "yyyymmdd" | "yyyy年m月d日">
      zone: "UTC"
      range: [number, number]
    }>
    ignored: Array<{
      name: string
      reason: "target" | "identifier" | "constant" | "text" | "chosen"
    }>
    classes: Array<string> | Array<number> | null
    positiveClass: string | number | null
    threshold: number | null
  }
  report: TrainingReport
}

export type ModelVersionSummary = {
  version: number
  task: "binary" | "multiclass" | "regression"
  learner: string
  target: string
  primaryMetric: {
    name: string
    value: number
    low: number
    high: number
  }
  byteLength: number
  fileDigest: string
  /** RFC 3339, UTC */
  createdAt: string
}

export type NetworkChoice = {
  /** widths of the hidden layers */
  layers?: Array<number> | undefined
  activation?: "relu" | "leakyRelu" | "elu" | "gelu" | "tanh" | "sigmoid" | undefined
  dropout?: number | undefined
  /** crossentropy for classes, the others for numbers */
  loss?: "crossentropy" | "meanSquaredError" | "meanAbsoluteError" | "huber" | "poisson" | undefined
  optimizer?: "adam" | "adamW" | "sgd" | "momentum" | "nesterov" | "rmsprop" | undefined
  learningRate?: number | undefined
  l1?: number | undefined
  l2?: number | undefined
  /** at most; exactly when patience is null */
  epochs?: number | undefined
  batchSize?: number | undefined
  /** epochs without an improvement after which training ends; null: no early stopping */
  patience?: number | null | undefined
}

export type NewApiKey = {
  id: string
  displayId: string
  name: string
  scopes: Array<"predict" | "read" | "write" | "admin">
  endpoints: Array<string> | null
  /** RFC 3339, UTC */
  createdAt: string
  expiresAt: string | null
  revokedAt: string | null
  /** shown once, never again */
  key: string
}

export type PredictRequest = {
  rows: Array<{ [key: string]: string | number | boolean | null }>
  explain?: boolean | undefined
  strict?: boolean | undefined
}

export type PredictResponse = {
  endpoint: string
  model: string
  version: number
  predictions: Array<{
    prediction: number
  } | {
    label: string | number
    probabilities: { [key: string]: number }
  } | {
    error: Problem
  }>
  explanations?: Array<{
    /** the class that is explained; null for a regression */
    output: string | null
    unit: "log-odds" | "class score" | "target"
    baseline: number
    /** baseline plus all contributions */
    score: number
    contributions: Array<{
      column: string
      value: string | number | boolean | null
      contribution: number
    }>
  }> | undefined
  /** the first hundred */
  warnings: Array<Problem>
  warningCount: number
}

export type Problem = {
  code: string
  message: string
  row?: number | undefined
  column?: string | undefined
}

export type Profile = {
  rowCount: number
  duplicateRowCount: number
  columns: Array<ColumnProfile>
}

export type RejectedRow = {
  line: number
  column: string | null
  reason: string
  text: string
}

export type Score = {
  name: string
  value: number
  low: number
  high: number
}

export type ServerState = {
  name: "quernstone"
  version: string
  /** RFC 3339, UTC */
  startedAt: string
  database: {
    mode: "embedded" | "outside"
    reachable: boolean
  }
  authentication: "on" | "off"
  warnings: Array<string>
  endpoints: number
  runningJobs: number
  memoryBytes: number
}

export type TrainingReport = {
  version: 1 | 2
  task: "binary" | "multiclass" | "regression"
  target: string
  classes: Array<string | number> | null
  positiveClass: string | number | null
  threshold: number | null
  dataset: {
    name: string
    version: number
    contentDigest: string
    rowCount: number
  }
  split: {
    strategy: "cross-validation" | "holdout"
    seed: number
    rows: {
      train: number
      validation: number
      calibration: number
      test: number
      withoutTarget: number
    }
  }
  columns: Array<{
    name: string
    use: string
    reason: {
      key: string
      parameters: { [key: string]: number }
    } | null
    featureCount: number
  }>
  recipe: {
    version: 1
    columns: Array<{
      name: string
      use: "number"
      impute: "median" | {
        constant: number
      }
      scale: boolean
      clip: [number, number] | null
      missingIndicator: "auto" | boolean
    } | {
      name: string
      use: "boolean"
      impute: "median" | {
        constant: number
      }
      scale: boolean
      missingIndicator: "auto" | boolean
    } | {
      name: string
      use: "category"
      rareLevelRowsMin: number
      levelsMax: number
      open: boolean
    } | {
      name: string
      use: "datetime"
      dateParts: Array<"year" | "month" | "day_of_week" | "day_of_year" | "hour" | "minute">
      scale: boolean
      missingIndicator: "auto" | boolean
    } | {
      name: string
      use: "ignore"
      reason: "identifier" | "constant" | "text" | "chosen"
    }>
  }
  leaderboard: Array<LeaderboardEntry>
  primaryMetric: string
  test: {
    rowCount: number
    scores: Array<Score>
    baseline: Score
    improvement: Score
    confusion: Array<Array<number>> | null
  }
  importance: Array<{
    column: string
    meanAbsoluteContribution: number
  }>
  example: {
    row: { [key: string]: string | number | boolean | null }
    answer: string | number | boolean | null
  }
  warnings: Array<string>
  durationMs: number
}

export type TrainingRequest = {
  dataset: string
  /** the newest when absent */
  datasetVersion?: number | undefined
  target: string
  /** name of the model; the dataset's name when absent */
  model?: string | undefined
  task?: "binary" | "multiclass" | "regression" | undefined
  positive?: string | number | undefined
  recipe?: {
    version: 1
    columns: Array<{
      name: string
      use: "number"
      impute?: "median" | {
        constant: number
      } | undefined
      scale?: boolean | undefined
      clip?: [number, number] | null | undefined
      missingIndicator?: "auto" | boolean | undefined
    } | {
      name: string
      use: "boolean"
      impute?: "median" | {
        constant: number
      } | undefined
      scale?: boolean | undefined
      missingIndicator?: "auto" | boolean | undefined
    } | {
      name: string
      use: "category"
      rareLevelRowsMin?: number | undefined
      levelsMax?: number | undefined
      open?: boolean | undefined
    } | {
      name: string
      use: "datetime"
      dateParts: Array<"year" | "month" | "day_of_week" | "day_of_year" | "hour" | "minute">
      scale?: boolean | undefined
      missingIndicator?: "auto" | boolean | undefined
    } | {
      name: string
      use: "ignore"
      reason?: "identifier" | "constant" | "text" | "chosen" | undefined
    }>
  } | undefined
  seed?: number | undefined
  /** only this family may win; all are compared when absent */
  learner?: "constant" | "linear" | "network" | undefined
  /** settings of networks that are fixed; the others are searched */
  network?: NetworkChoice | undefined
  /** settings of linear models that are fixed; the others are searched */
  linear?: LinearChoice | undefined
}

/** Per operation: what stands in the path, in the query and in the body, and what comes back. */
export type Operations = {
  getServer: {
    params: unknown
    rest: unknown
    response: ServerState
  }
  listDatasets: {
    params: unknown
    rest: { query?: { limit?: number | undefined; cursor?: string | undefined } | undefined }
    response: {
      items: Array<Dataset>
      nextCursor: string | null
    }
  }
  getDataset: {
    params: { name: string }
    rest: unknown
    response: Dataset
  }
  listDatasetVersions: {
    params: { name: string }
    rest: { query?: { limit?: number | undefined; cursor?: string | undefined } | undefined }
    response: {
      items: Array<DatasetVersionSummary>
      nextCursor: string | null
    }
  }
  addDatasetVersion: {
    params: { name: string }
    rest: { query?: { filename?: string | undefined; delimiter?: string | undefined; decimal?: "." | "," | undefined; header?: "true" | "false" | undefined; encoding?: string | undefined } | undefined; body: FileBody }
    response: Job
  }
  getDatasetVersion: {
    params: { name: string; version: number | "latest" }
    rest: unknown
    response: DatasetVersion
  }
  startTraining: {
    params: unknown
    rest: { body: TrainingRequest }
    response: Job
  }
  listJobs: {
    params: unknown
    rest: { query?: { limit?: number | undefined; cursor?: string | undefined } | undefined }
    response: {
      items: Array<Job>
      nextCursor: string | null
    }
  }
  getJob: {
    params: { id: string }
    rest: unknown
    response: Job
  }
  watchJob: {
    params: { id: string }
    rest: unknown
    response: undefined
  }
  cancelJob: {
    params: { id: string }
    rest: unknown
    response: Job
  }
  listModels: {
    params: unknown
    rest: { query?: { limit?: number | undefined; cursor?: string | undefined } | undefined }
    response: {
      items: Array<Model>
      nextCursor: string | null
    }
  }
  getModel: {
    params: { name: string }
    rest: unknown
    response: Model
  }
  listModelVersions: {
    params: { name: string }
    rest: { query?: { limit?: number | undefined; cursor?: string | undefined } | undefined }
    response: {
      items: Array<ModelVersionSummary>
      nextCursor: string | null
    }
  }
  getModelVersion: {
    params: { name: string; version: number | "latest" }
    rest: unknown
    response: ModelVersion
  }
  getModelFile: {
    params: { name: string; version: number | "latest" }
    rest: unknown
    response: ReadableStream<Uint8Array<ArrayBuffer>>
  }
  getModelLineage: {
    params: { name: string; version: number | "latest" }
    rest: unknown
    response: {
      edges: Array<LineageEdge>
    }
  }
  setModelAlias: {
    params: { name: string; alias: string }
    rest: { body: AliasRequest }
    response: Model
  }
  listEndpoints: {
    params: unknown
    rest: { query?: { limit?: number | undefined; cursor?: string | undefined } | undefined }
    response: {
      items: Array<Endpoint>
      nextCursor: string | null
    }
  }
  getEndpoint: {
    params: { name: string }
    rest: unknown
    response: Endpoint
  }
  deleteEndpoint: {
    params: { name: string }
    rest: unknown
    response: undefined
  }
  deploy: {
    params: { name: string }
    rest: { body: DeployRequest }
    response: Endpoint
  }
  predict: {
    params: { name: string }
    rest: { query?: { explain?: "true" | "false" | undefined; strict?: "true" | "false" | undefined } | undefined; body: PredictRequest }
    response: PredictResponse
  }
  listKeys: {
    params: unknown
    rest: { query?: { limit?: number | undefined; cursor?: string | undefined } | undefined }
    response: {
      items: Array<ApiKey>
      nextCursor: string | null
    }
  }
  createKey: {
    params: unknown
    rest: { body: KeyRequest }
    response: NewApiKey
  }
  revokeKey: {
    params: { id: string }
    rest: unknown
    response: undefined
  }
}

export type OperationId = keyof Operations

/** How each operation travels. */
export const routes = {
  getServer: { method: "GET", path: "/api/v1/server", body: "none", answer: "json", isWrite: false },
  listDatasets: { method: "GET", path: "/api/v1/datasets", body: "none", answer: "json", isWrite: false },
  getDataset: { method: "GET", path: "/api/v1/datasets/{name}", body: "none", answer: "json", isWrite: false },
  listDatasetVersions: { method: "GET", path: "/api/v1/datasets/{name}/versions", body: "none", answer: "json", isWrite: false },
  addDatasetVersion: { method: "POST", path: "/api/v1/datasets/{name}/versions", body: "file", answer: "json", isWrite: true },
  getDatasetVersion: { method: "GET", path: "/api/v1/datasets/{name}/versions/{version}", body: "none", answer: "json", isWrite: false },
  startTraining: { method: "POST", path: "/api/v1/training-jobs", body: "json", answer: "json", isWrite: true },
  listJobs: { method: "GET", path: "/api/v1/jobs", body: "none", answer: "json", isWrite: false },
  getJob: { method: "GET", path: "/api/v1/jobs/{id}", body: "none", answer: "json", isWrite: false },
  watchJob: { method: "GET", path: "/api/v1/jobs/{id}/events", body: "none", answer: "events", isWrite: false },
  cancelJob: { method: "POST", path: "/api/v1/jobs/{id}/cancel", body: "none", answer: "json", isWrite: true },
  listModels: { method: "GET", path: "/api/v1/models", body: "none", answer: "json", isWrite: false },
  getModel: { method: "GET", path: "/api/v1/models/{name}", body: "none", answer: "json", isWrite: false },
  listModelVersions: { method: "GET", path: "/api/v1/models/{name}/versions", body: "none", answer: "json", isWrite: false },
  getModelVersion: { method: "GET", path: "/api/v1/models/{name}/versions/{version}", body: "none", answer: "json", isWrite: false },
  getModelFile: { method: "GET", path: "/api/v1/models/{name}/versions/{version}/file", body: "none", answer: "file", isWrite: false },
  getModelLineage: { method: "GET", path: "/api/v1/models/{name}/versions/{version}/lineage", body: "none", answer: "json", isWrite: false },
  setModelAlias: { method: "PUT", path: "/api/v1/models/{name}/aliases/{alias}", body: "json", answer: "json", isWrite: true },
  listEndpoints: { method: "GET", path: "/api/v1/endpoints", body: "none", answer: "json", isWrite: false },
  getEndpoint: { method: "GET", path: "/api/v1/endpoints/{name}", body: "none", answer: "json", isWrite: false },
  deleteEndpoint: { method: "DELETE", path: "/api/v1/endpoints/{name}", body: "none", answer: "none", isWrite: true },
  deploy: { method: "POST", path: "/api/v1/endpoints/{name}/deployments", body: "json", answer: "json", isWrite: true },
  predict: { method: "POST", path: "/api/v1/endpoints/{name}/predict", body: "json", answer: "json", isWrite: false },
  listKeys: { method: "GET", path: "/api/v1/keys", body: "none", answer: "json", isWrite: false },
  createKey: { method: "POST", path: "/api/v1/keys", body: "json", answer: "json", isWrite: true },
  revokeKey: { method: "DELETE", path: "/api/v1/keys/{id}", body: "none", answer: "none", isWrite: true },
} as const

/** One method per operation that is a single answer; `watchJob` is a stream and stands in client.ts. */
export type Methods = {
  /** State of the server. `GET /api/v1/server` */
  readonly getServer: (input?: Input<"getServer">) => Promise<Operations["getServer"]["response"]>
  /** Datasets by name. `GET /api/v1/datasets` */
  readonly listDatasets: (input?: Input<"listDatasets">) => Promise<Operations["listDatasets"]["response"]>
  /** One dataset. `GET /api/v1/datasets/{name}` */
  readonly getDataset: (input: Input<"getDataset">) => Promise<Operations["getDataset"]["response"]>
  /** Versions of a dataset, newest first. `GET /api/v1/datasets/{name}/versions` */
  readonly listDatasetVersions: (input: Input<"listDatasetVersions">) => Promise<Operations["listDatasetVersions"]["response"]>
  /** Upload a CSV file, plain or gzip; a job turns it into an immutable version. `POST /api/v1/datasets/{name}/versions` */
  readonly addDatasetVersion: (input: Input<"addDatasetVersion">) => Promise<Operations["addDatasetVersion"]["response"]>
  /** One version with its schema, profile and rejected rows. `GET /api/v1/datasets/{name}/versions/{version}` */
  readonly getDatasetVersion: (input: Input<"getDatasetVersion">) => Promise<Operations["getDatasetVersion"]["response"]>
  /** Train a model: a job that ends with a new model version. `POST /api/v1/training-jobs` */
  readonly startTraining: (input: Input<"startTraining">) => Promise<Operations["startTraining"]["response"]>
  /** Jobs, newest first. `GET /api/v1/jobs` */
  readonly listJobs: (input?: Input<"listJobs">) => Promise<Operations["listJobs"]["response"]>
  /** One job with its progress and result. `GET /api/v1/jobs/{id}` */
  readonly getJob: (input: Input<"getJob">) => Promise<Operations["getJob"]["response"]>
  /** Cancel a job. `POST /api/v1/jobs/{id}/cancel` */
  readonly cancelJob: (input: Input<"cancelJob">) => Promise<Operations["cancelJob"]["response"]>
  /** Models by name. `GET /api/v1/models` */
  readonly listModels: (input?: Input<"listModels">) => Promise<Operations["listModels"]["response"]>
  /** One model with its aliases. `GET /api/v1/models/{name}` */
  readonly getModel: (input: Input<"getModel">) => Promise<Operations["getModel"]["response"]>
  /** Versions of a model, newest first. `GET /api/v1/models/{name}/versions` */
  readonly listModelVersions: (input: Input<"listModelVersions">) => Promise<Operations["listModelVersions"]["response"]>
  /** One version with its signature and training report. `GET /api/v1/models/{name}/versions/{version}` */
  readonly getModelVersion: (input: Input<"getModelVersion">) => Promise<Operations["getModelVersion"]["response"]>
  /** The ONNX file as it is served. `GET /api/v1/models/{name}/versions/{version}/file` */
  readonly getModelFile: (input: Input<"getModelFile">) => Promise<Operations["getModelFile"]["response"]>
  /** What the version was made from and what was made from it. `GET /api/v1/models/{name}/versions/{version}/lineage` */
  readonly getModelLineage: (input: Input<"getModelLineage">) => Promise<Operations["getModelLineage"]["response"]>
  /** Point an alias at a version. `PUT /api/v1/models/{name}/aliases/{alias}` */
  readonly setModelAlias: (input: Input<"setModelAlias">) => Promise<Operations["setModelAlias"]["response"]>
  /** Endpoints by name. `GET /api/v1/endpoints` */
  readonly listEndpoints: (input?: Input<"listEndpoints">) => Promise<Operations["listEndpoints"]["response"]>
  /** One endpoint with the signature of its model. `GET /api/v1/endpoints/{name}` */
  readonly getEndpoint: (input: Input<"getEndpoint">) => Promise<Operations["getEndpoint"]["response"]>
  /** Stop serving under this name. `DELETE /api/v1/endpoints/{name}` */
  readonly deleteEndpoint: (input: Input<"deleteEndpoint">) => Promise<Operations["deleteEndpoint"]["response"]>
  /** Serve a model version under this name; 202 names the instances that do not have it warm after 30 s. `POST /api/v1/endpoints/{name}/deployments` */
  readonly deploy: (input: Input<"deploy">) => Promise<Operations["deploy"]["response"]>
  /** Predict rows; explain=true adds what each column contributed. `POST /api/v1/endpoints/{name}/predict` */
  readonly predict: (input: Input<"predict">) => Promise<Operations["predict"]["response"]>
  /** API keys, newest first, without their secrets. `GET /api/v1/keys` */
  readonly listKeys: (input?: Input<"listKeys">) => Promise<Operations["listKeys"]["response"]>
  /** Make an API key; the answer shows it once. `POST /api/v1/keys` */
  readonly createKey: (input: Input<"createKey">) => Promise<Operations["createKey"]["response"]>
  /** Revoke an API key, in force everywhere within 3 s. `DELETE /api/v1/keys/{id}` */
  readonly revokeKey: (input: Input<"revokeKey">) => Promise<Operations["revokeKey"]["response"]>
}

export type Call = <Id extends OperationId>(id: Id, input: Input<Id>) => Promise<Operations[Id]["response"]>

/** The input of an operation: its path's names beside `query` and `body`, where it has them. */
export type Input<Id extends OperationId> = Operations[Id]["params"] & Operations[Id]["rest"] & CallOptions

export function bindMethods(call: Call): Methods {
  return {
    getServer: (input = {}) => call("getServer", input),
    listDatasets: (input = {}) => call("listDatasets", input),
    getDataset: (input) => call("getDataset", input),
    listDatasetVersions: (input) => call("listDatasetVersions", input),
    addDatasetVersion: (input) => call("addDatasetVersion", input),
    getDatasetVersion: (input) => call("getDatasetVersion", input),
    startTraining: (input) => call("startTraining", input),
    listJobs: (input = {}) => call("listJobs", input),
    getJob: (input) => call("getJob", input),
    cancelJob: (input) => call("cancelJob", input),
    listModels: (input = {}) => call("listModels", input),
    getModel: (input) => call("getModel", input),
    listModelVersions: (input) => call("listModelVersions", input),
    getModelVersion: (input) => call("getModelVersion", input),
    getModelFile: (input) => call("getModelFile", input),
    getModelLineage: (input) => call("getModelLineage", input),
    setModelAlias: (input) => call("setModelAlias", input),
    listEndpoints: (input = {}) => call("listEndpoints", input),
    getEndpoint: (input) => call("getEndpoint", input),
    deleteEndpoint: (input) => call("deleteEndpoint", input),
    deploy: (input) => call("deploy", input),
    predict: (input) => call("predict", input),
    listKeys: (input = {}) => call("listKeys", input),
    createKey: (input) => call("createKey", input),
    revokeKey: (input) => call("revokeKey", input),
  }
}

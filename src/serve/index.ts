/** @file Serving: live endpoints, deployments, predictions with explanations. */
export type { Explanation, RowPrediction } from "./answers.ts"
export { createEndpoints, type DeployInput, type Endpoint, type Endpoints } from "./endpoints.ts"
export type { LiveModel, Prediction, PredictOptions } from "./live-model.ts"
export { type LiveEndpoint, type PredictionSample, Serving, type ServingOptions } from "./serving.ts"

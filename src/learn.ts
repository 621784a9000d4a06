/** @file The published face `quernstone/learn`: the science alone, no server, no database. */

export { openSession } from "./engine/open-session.ts"
export type { Session, Tensor, Tensors } from "./engine/session.ts"
export { classificationMetrics, regressionMetrics } from "./evaluate/metrics.ts"
export { scoreClassification, scoreRegression } from "./evaluate/score.ts"
export { canExplain, explain } from "./explain/explain.ts"
export { fitConstant } from "./learn/constant.ts"
export { op, ops } from "./learn/graph/op.ts"
export { integers, scalar } from "./learn/graph/operator.ts"
export type { SymbolicTensor } from "./learn/graph/tensor.ts"
export type { FittedLearner, TrainingData, TrainingTarget } from "./learn/learner.ts"
export { fitLinear, fitLinearPath } from "./learn/linear.ts"
export type { Activation as ActivationChoice, ActivationName } from "./learn/network/activations.ts"
export type { ArrayInput, DataInput, ModelData } from "./learn/network/data.ts"
export type { EarlyStopping } from "./learn/network/fit.ts"
export type { InitializerName } from "./learn/network/initializers.ts"
export { defineLayer, type Layer, type LayerContext, type ModelTensor } from "./learn/network/layer.ts"
export { Activation } from "./learn/network/layers/activation.ts"
export { Dense, type DenseOptions } from "./learn/network/layers/dense.ts"
export { Dropout } from "./learn/network/layers/dropout.ts"
export { Embedding, type EmbeddingOptions } from "./learn/network/layers/embedding.ts"
export { Add, Concatenate } from "./learn/network/layers/merge.ts"
export { BatchNormalization, LayerNormalization } from "./learn/network/layers/normalization.ts"
export { Flatten, Reshape } from "./learn/network/layers/reshape.ts"
export type { Loss, LossName } from "./learn/network/losses.ts"
export type { MetricName } from "./learn/network/metrics.ts"
export { Input, Model, type NetworkModel, Sequential } from "./learn/network/model.ts"
export type {
  CompileOptions,
  EpochSummary,
  History,
  ModelFitOptions,
  NamedWeights,
  Prediction,
} from "./learn/network/model-options.ts"
export {
  Adam,
  AdamW,
  type Optimizer,
  type OptimizerName,
  RMSprop,
  SGD,
} from "./learn/network/optimizers.ts"
export {
  type ParquetColumns,
  type ParquetSourceOptions,
  parquetSource,
} from "./learn/network/parquet-source.ts"
export { L1, L1L2, L2, type Regularizer } from "./learn/network/regularizers.ts"
export type { Schedule } from "./learn/network/schedules.ts"
export {
  arraySource,
  type TrainingArray,
  type TrainingSource,
  type TrainingWindow,
} from "./learn/network/source.ts"
export { float, int, ints, text } from "./onnx/attributes.ts"
export { createGraphBuilder, type GraphBuilder } from "./onnx/builder.ts"
export { checkModel } from "./onnx/checker.ts"
export { decodeModel, encodeModel } from "./onnx/codec.ts"
export { printModel } from "./onnx/printer.ts"
export { fitRecipe } from "./prepare/fit.ts"
export { inferRecipe } from "./prepare/infer-recipe.ts"
export { readSignature } from "./prepare/outputs.ts"
export { compilePacker } from "./prepare/pack.ts"
export type { Signature } from "./prepare/signature.ts"
export { openSandbox } from "./table/duckdb.ts"
export { importCsv } from "./table/import-csv.ts"
export { readTable } from "./table/read-table.ts"
export type { ColumnSchema, Table, TableColumn } from "./table/table.ts"

/** @file What settings of learners may be: the same names and bounds in the science, at the door and at the command line. */

export const learnerFamilies = ["constant", "linear", "network"] as const

/** Of the hidden layers of a table's network. */
export const hiddenActivations = ["relu", "leakyRelu", "elu", "gelu", "tanh", "sigmoid"] as const

/** Of networks for numbers; those for classes have cross-entropy. */
export const regressionLosses = ["meanSquaredError", "meanAbsoluteError", "huber", "poisson"] as const

/** momentum and nesterov are SGD with a momentum of 0.9. */
export const optimizerNames = ["adam", "adamW", "sgd", "momentum", "nesterov", "rmsprop"] as const

export type Bounds = { readonly least: number; readonly most: number }

export const trainingBounds = {
  layers: { least: 1, most: 8 },
  width: { least: 1, most: 4_096 },
  dropout: { least: 0, most: 0.95 },
  learningRate: { least: 1e-7, most: 10 },
  weightPenalty: { least: 0, most: 100 },
  epochs: { least: 1, most: 10_000 },
  batchSize: { least: 1, most: 65_536 },
  patience: { least: 1, most: 10_000 },
  penalty: { least: 1e-6, most: 1e9 },
  l1Ratio: { least: 0, most: 1 },
} as const satisfies Readonly<Record<string, Bounds>>

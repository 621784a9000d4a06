/** @file What settings of learners may be: the same bounds at the door and at the command line. */

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

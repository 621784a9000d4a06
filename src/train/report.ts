/** @file What a training job found, as JSON: kept with the model version, shown by terminal and console. */
import { z } from "zod"

import { learnerFamilies } from "../base/training-choices.ts"
import { recipePlanSchema } from "../prepare/recipe.ts"
import { tasks } from "../prepare/signature.ts"

/** A score with its 95% interval. */
export const scoreSchema = z
  .object({ name: z.string(), value: z.number(), low: z.number(), high: z.number() })
  .meta({ id: "Score" })

/** Losses of an epoch, as training minimised them; validation on the rows held out to stop by. */
export const curvePointSchema = z
  .object({ epoch: z.int(), loss: z.number(), validationLoss: z.number().nullable() })
  .meta({ id: "CurvePoint" })

export const leaderboardEntrySchema = z
  .object({
    learner: z.enum(learnerFamilies),
    parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.array(z.number())])),
    /** By out-of-fold or validation predictions, never by test rows. */
    validation: scoreSchema,
    fitMs: z.number(),
    isChosen: z.boolean(),
    /** Of networks, of the first fold; at most 200 points. Reports of version 1 have none. */
    curve: z.array(curvePointSchema).nullable().default(null),
    /** Of networks: the median of the folds' best epochs; the served one is trained for so many. */
    bestEpoch: z.int().nullable().default(null),
  })
  .meta({ id: "LeaderboardEntry" })

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()])

export const trainingReportSchema = z
  .object({
    /** 2: networks, with their learning curves. */
    version: z.union([z.literal(1), z.literal(2)]),
    task: z.enum(tasks),
    target: z.string(),
    classes: z.array(z.union([z.string(), z.number()])).nullable(),
    positiveClass: z.union([z.string(), z.number()]).nullable(),
    threshold: z.number().nullable(),
    dataset: z.object({ name: z.string(), version: z.int(), contentDigest: z.string(), rowCount: z.int() }),
    split: z.object({
      strategy: z.enum(["cross-validation", "holdout"]),
      seed: z.int(),
      rows: z.object({
        train: z.int(),
        validation: z.int(),
        calibration: z.int(),
        test: z.int(),
        withoutTarget: z.int(),
      }),
    }),
    columns: z.array(
      z.object({
        name: z.string(),
        use: z.string(),
        reason: z.object({ key: z.string(), parameters: z.record(z.string(), z.number()) }).nullable(),
        featureCount: z.int(),
      }),
    ),
    /** As it was inferred or given; edit it and train again with it. */
    recipe: recipePlanSchema,
    leaderboard: z.array(leaderboardEntrySchema),
    primaryMetric: z.string(),
    /** Of the served file itself, on rows that nothing else has seen. */
    test: z.object({
      rowCount: z.int(),
      scores: z.array(scoreSchema),
      /** Primary metric of the constant baseline on the same rows. */
      baseline: scoreSchema,
      /** Baseline minus model, paired: above 0 the model is better. */
      improvement: scoreSchema,
      confusion: z.array(z.array(z.int())).nullable(),
    }),
    /** The columns that weigh most, by mean absolute contribution on training rows. */
    importance: z.array(z.object({ column: z.string(), meanAbsoluteContribution: z.number() })),
    /** A real test row and its true answer, for examples. */
    example: z.object({ row: z.record(z.string(), cell), answer: cell }),
    warnings: z.array(z.string()),
    durationMs: z.number(),
  })
  .meta({ id: "TrainingReport" })

export type TrainingReport = z.infer<typeof trainingReportSchema>
export type LeaderboardEntry = z.infer<typeof leaderboardEntrySchema>
export type Score = z.infer<typeof scoreSchema>

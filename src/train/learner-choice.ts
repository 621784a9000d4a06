/** @file What a user may fix about the learner: the family, and settings of networks and of linear models; the rest is searched. */
import { z } from "zod"

import { fault } from "../base/errors.ts"
import {
  type Bounds,
  hiddenActivations,
  learnerFamilies,
  optimizerNames,
  regressionLosses,
  trainingBounds,
} from "../base/training-choices.ts"
import type { TrainingTarget } from "../learn/learner.ts"
import type { Task } from "../prepare/signature.ts"
import type { Target } from "../prepare/target.ts"

export type LearnerFamily = (typeof learnerFamilies)[number]

const bounded = ({ least, most }: Bounds) => z.number().min(least).max(most)
const boundedInteger = ({ least, most }: Bounds) => z.int().min(least).max(most)

/** Settings of a network that a user fixes; those that are absent are searched or have their defaults. */
export const networkChoiceSchema = z
  .strictObject({
    layers: z
      .array(boundedInteger(trainingBounds.width))
      .min(trainingBounds.layers.least)
      .max(trainingBounds.layers.most)
      .meta({ description: "widths of the hidden layers" })
      .exactOptional(),
    activation: z.enum(hiddenActivations).exactOptional(),
    dropout: bounded(trainingBounds.dropout).exactOptional(),
    loss: z
      .enum(["crossentropy", ...regressionLosses])
      .meta({ description: "crossentropy for classes, the others for numbers" })
      .exactOptional(),
    optimizer: z.enum(optimizerNames).exactOptional(),
    learningRate: bounded(trainingBounds.learningRate).exactOptional(),
    l1: bounded(trainingBounds.weightPenalty).exactOptional(),
    l2: bounded(trainingBounds.weightPenalty).exactOptional(),
    epochs: boundedInteger(trainingBounds.epochs)
      .meta({ description: "at most; exactly when patience is null" })
      .exactOptional(),
    batchSize: boundedInteger(trainingBounds.batchSize).exactOptional(),
    patience: boundedInteger(trainingBounds.patience)
      .nullable()
      .meta({
        description: "epochs without an improvement after which training ends; null: no early stopping",
      })
      .exactOptional(),
  })
  .meta({ id: "NetworkChoice" })
export type NetworkChoice = z.infer<typeof networkChoiceSchema>

/** scikit-learn's words: penalty is alpha of Ridge and 1 / C of LogisticRegression. */
export const linearChoiceSchema = z
  .strictObject({
    penalty: bounded(trainingBounds.penalty).exactOptional(),
    l1Ratio: bounded(trainingBounds.l1Ratio)
      .meta({ description: "0 ridge, 1 lasso, between them elastic net" })
      .exactOptional(),
  })
  .meta({ id: "LinearChoice" })
export type LinearChoice = z.infer<typeof linearChoiceSchema>

export const learnerChoiceSchema = z.object({
  /** Only this family may win; null: all are compared. */
  learner: z.enum(learnerFamilies).nullable(),
  network: networkChoiceSchema,
  linear: linearChoiceSchema,
})
export type LearnerChoice = z.infer<typeof learnerChoiceSchema>

export const freeChoice: LearnerChoice = { learner: null, network: {}, linear: {} }

/** Throws LOSS_TASK when the loss is none of the task's. */
export function checkLossTask(
  { loss }: NetworkChoice,
  { name, task }: { readonly name: string; readonly task: Task },
): void {
  const fitting: readonly string[] = task === "regression" ? regressionLosses : ["crossentropy"]
  if (loss !== undefined && !fitting.includes(loss))
    throw fault("LOSS_TASK", { loss, target: name, task, losses: fitting.join(", ") })
}

/** Throws LOSS_TASK, and LOSS_TARGET where poisson is asked for and the target holds no counts. */
export function checkLoss(network: NetworkChoice, target: Target, truth: TrainingTarget): void {
  checkLossTask(network, target)
  if (network.loss !== "poisson" || truth.kind !== "number") return
  const isCount = truth.values.some((value) => value > 0) && !truth.values.some((value) => value < 0)
  if (!isCount) throw fault("LOSS_TARGET", { target: target.name })
}

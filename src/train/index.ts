/** @file Training: a dataset version becomes a model version with its report. */
export { linearChoiceSchema, networkChoiceSchema } from "./learner-choice.ts"
export { type LeaderboardEntry, type Score, type TrainingReport, trainingReportSchema } from "./report.ts"
export { createTrainer, type Trainer, type TrainingRequest, trainJobHandler } from "./train-job.ts"

/** @file A network with all that training it takes: what it minimises, by which steps, and what is watched. */
import type { NetworkLayout } from "./layout.ts"
import type { Metric } from "./metrics.ts"
import type { Objective } from "./objective.ts"
import type { Optimizer } from "./optimizers.ts"
import type { Schedule } from "./schedules.ts"
import type { Network } from "./trace.ts"

export type CompiledNetwork = {
  readonly network: Network
  readonly layout: NetworkLayout
  readonly objective: Objective
  readonly optimizer: Optimizer
  readonly schedule: Schedule
  readonly metrics: readonly { readonly name: string; readonly output: number; readonly metric: Metric }[]
}

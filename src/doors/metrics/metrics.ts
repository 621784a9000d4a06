/** @file What Prometheus reads: counters and histograms with stable names and base units. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client"

import type { PredictionSample } from "../../serve/index.ts"

export type RequestSample = {
  readonly method: string
  readonly route: string
  readonly status: number
  readonly durationMs: number
}

export type Metrics = {
  readonly observeRequest: (sample: RequestSample) => void
  readonly observePrediction: (sample: PredictionSample) => void
  readonly render: () => Promise<string>
  readonly contentType: string
}

const requestSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function createMetrics(read: {
  readonly runningJobs: () => number
  readonly liveEndpoints: () => number
}): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Counter({
    name: "quernstone_requests_total",
    help: "HTTP requests answered",
    labelNames: ["method", "route", "code"],
    registers,
  })
  const durations = new Histogram({
    name: "quernstone_request_duration_seconds",
    help: "Time from the head of a request to the end of its answer",
    labelNames: ["route"],
    buckets: requestSeconds,
    registers,
  })
  const labelNames = ["endpoint", "model", "version"] as const
  const predictions = new Counter({
    name: "quernstone_predictions_total",
    help: "Rows predicted",
    labelNames,
    registers,
  })
  const warnings = new Counter({
    name: "quernstone_prediction_warnings_total",
    help: "Warnings that predictions carried: unseen categories, values out of range, imputed cells",
    labelNames,
    registers,
  })
  new Gauge({
    name: "quernstone_jobs_running",
    help: "Jobs that run in this process",
    registers,
    collect() {
      this.set(read.runningJobs())
    },
  })
  new Gauge({
    name: "quernstone_model_loaded",
    help: "Endpoints whose model is loaded in this process",
    registers,
    collect() {
      this.set(read.liveEndpoints())
    },
  })
  return {
    observeRequest: ({ method, route, status, durationMs }) => {
      requests.inc({ method, route, code: status })
      durations.observe({ route }, durationMs / 1_000)
    },
    observePrediction: ({ endpoint, model, version, rowCount, warningCount }) => {
      predictions.inc({ endpoint, model, version }, rowCount)
      if (warningCount > 0) warnings.inc({ endpoint, model, version }, warningCount)
    },
    render: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

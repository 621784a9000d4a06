/** @file Health for machines: /healthz, /readyz, /metrics. */
import { timingSafeEqual } from "node:crypto"

import type { FastifyInstance, FastifyRequest } from "fastify"

import { isFault } from "../../base/errors.ts"
import { type Authenticator, requireScope } from "../../identity/index.ts"
import { sendJson } from "../http/server.ts"
import type { Metrics } from "./metrics.ts"

export type MetricsDoorOptions = {
  readonly app: FastifyInstance
  readonly metrics: Metrics
  readonly authenticator: Authenticator
  /** Bound to this machine only: then /metrics is open. */
  readonly isLoopback: boolean
  readonly metricsToken: string | null
  /** Each part of the server and whether it can work. */
  readonly readiness: () => Promise<
    Readonly<Record<string, { readonly isReady: boolean; readonly detail: string }>>
  >
}

export function registerMetricsDoor(options: MetricsDoorOptions): void {
  const { app, metrics, isLoopback, metricsToken, readiness, authenticator } = options
  const open = { config: { access: "open" } } as const
  app.get("/healthz", open, async (_request, reply) => sendJson(reply, 200, { status: "ok" }))
  app.get("/readyz", open, async (request, reply) => {
    const parts = await readiness()
    const isReady = Object.values(parts).every((part) => part.isReady)
    const status = isReady ? "ready" : "not ready"
    return sendJson(
      reply,
      isReady ? 200 : 503,
      (await mayRead(authenticator, request)) ? { status, parts } : { status },
    )
  })
  app.get("/metrics", open, async (request, reply) => {
    if (!isLoopback && !isMetricsToken(request.headers.authorization, metricsToken)) {
      const known = authenticator.authenticate(request.headers.authorization)
      requireScope(known instanceof Promise ? await known : known, "read")
    }
    return reply.header("content-type", metrics.contentType).send(await metrics.render())
  })
}

/** Details are for holders of a key; whoever has none still gets the state. */
async function mayRead(authenticator: Authenticator, request: FastifyRequest): Promise<boolean> {
  try {
    const known = authenticator.authenticate(request.headers.authorization)
    requireScope(known instanceof Promise ? await known : known, "read")
    return true
  } catch (error) {
    if (isFault(error)) return false
    throw error
  }
}

function isMetricsToken(header: string | undefined, token: string | null): boolean {
  if (token === null || header === undefined) return false
  const expected = Buffer.from(`Bearer ${token}`)
  const given = Buffer.from(header)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

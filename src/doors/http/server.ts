/** @file The HTTP server under all doors: request ids, keys, hosts, limits, errors, access log, draining. */
import assert from "node:assert"
import { randomUUID } from "node:crypto"
import { createServer as createHttpListener, type IncomingMessage, type ServerResponse } from "node:http"
import { createServer as createHttpsListener } from "node:https"
import type { Socket } from "node:net"

import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RouteOptions,
} from "fastify"

import type { Clock } from "../../base/clock.ts"
import { fault } from "../../base/errors.ts"
import type { Limits } from "../../base/limits.ts"
import type { Log } from "../../base/log.ts"
import { type Authenticator, type Principal, requireScope, type Scope } from "../../identity/index.ts"
import { answerBrokenRequest, type ErrorRenderer, replyWithError } from "./errors.ts"

declare module "fastify" {
  interface FastifyContextConfig {
    /** Every route says who may call it; a route without it does not start. */
    access?: Access
    /** How this door writes errors; the native shape when absent. */
    renderError?: ErrorRenderer
  }
  interface FastifyRequest {
    principal: Principal | null
    startedMs: number
  }
}

/** A scope, or `open` for paths that need no key, or `own` where the door checks by itself. */
export type Access = Scope | "open" | "own"

export type RequestObservation = {
  readonly method: string
  /** The route's pattern, never the raw path: it is a metric label. */
  readonly route: string
  readonly status: number
  readonly durationMs: number
}

export type HttpServerOptions = {
  readonly authenticator: Authenticator
  /** Refuses foreign Host and Origin headers; null allows any. */
  readonly refuseForeign: ((headers: { host: string | undefined; origin: string | undefined }) => void) | null
  readonly limits: Limits
  readonly log: Log
  readonly clock: Clock
  readonly tls: { readonly certificate: string; readonly key: string } | null
  readonly observe: (observation: RequestObservation) => void
}

export type HttpServer = {
  readonly app: FastifyInstance
  /** Stops taking requests, lets open ones end for `drainMsMax`, then destroys what is left; returns how many that were. */
  readonly drain: () => Promise<number>
  readonly reloadTls: (tls: { certificate: string; key: string }) => void
}

type HttpListener = ReturnType<typeof createHttpListener> | ReturnType<typeof createHttpsListener>

const headersMsMax = 30_000
/** Longer than the idle time of common load balancers (60 s), so that it is they who close. */
const keepAliveMs = 65_000
const requestIdPattern = /^[A-Za-z0-9._-]{1,64}$/

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { authenticator, refuseForeign, limits, log, clock, tls, observe } = options
  const app = fastify({
    serverFactory: (handler) => createListener({ handler, tls, limits }),
    bodyLimit: limits.jsonBodyBytesMax,
    routerOptions: { maxParamLength: 1_000 },
    genReqId: (request) => requestIdOf(request.headers["x-request-id"]),
    // A path that cannot be decoded reaches no route and no hook.
    frameworkErrors: (error, request, reply) => replyWithError({ error, request, reply, log }),
    clientErrorHandler: answerBrokenRequest,
  })
  acceptAnyBody(app)
  app.decorateRequest("principal", null)
  app.decorateRequest("startedMs", 0)
  refuseRoutesWithoutAccess(app)
  let isDraining = false
  app.addHook("onRequest", async (request, reply) => {
    request.startedMs = clock.monotonicMs()
    reply.header("x-request-id", request.id)
    refuseForeign?.({ host: request.headers.host, origin: request.headers.origin })
    const access = request.routeOptions.config.access ?? "open"
    if (access === "open") return
    const known = authenticator.authenticate(request.headers.authorization)
    const principal = known instanceof Promise ? await known : known
    request.principal = principal
    if (access !== "own") requireScope(principal, access)
  })
  // Also for requests that were under way when the drain began: their connections would else stay open and idle.
  app.addHook("onSend", async (_request, reply) => {
    if (isDraining) reply.header("connection", "close")
  })
  app.addHook("onResponse", async (request, reply) => {
    const durationMs = clock.monotonicMs() - request.startedMs
    const route = request.routeOptions.url ?? "unknown"
    observe({ method: request.method, route, status: reply.statusCode, durationMs })
    log.access({
      requestId: request.id,
      method: request.method,
      route,
      status: reply.statusCode,
      durationMs,
      keyId: request.principal?.keyId ?? null,
    })
  })
  app.setErrorHandler(async (error, request, reply) => replyWithError({ error, request, reply, log }))
  app.setNotFoundHandler(async (request, reply) =>
    replyWithError({
      error: fault("PATH_NOT_FOUND", { method: request.method, path: request.url.split("?")[0] ?? "" }),
      request,
      reply,
      log,
    }),
  )
  const sockets = trackSockets(app)
  return {
    app,
    reloadTls: ({ certificate, key }) => {
      if ("setSecureContext" in app.server && typeof app.server.setSecureContext === "function")
        app.server.setSecureContext({ cert: certificate, key })
    },
    drain: async () => {
      isDraining = true
      const closed = app.close()
      app.server.closeIdleConnections()
      return drainSockets({ closed, sockets, drainMsMax: limits.drainMsMax })
    },
  }
}

/** The principal of a route that needs a key. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw fault("KEY_MISSING", {})
  return request.principal
}

export function sendJson(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return reply
    .code(status)
    .header("content-type", "application/json; charset=utf-8")
    .send(JSON.stringify(body))
}

/** A route that does not say who may call it would be open to all; then nothing starts. */
function refuseRoutesWithoutAccess(app: FastifyInstance): void {
  const routes: RouteOptions[] = []
  app.addHook("onRoute", (route) => {
    routes.push(route)
  })
  app.addHook("onReady", async () => {
    for (const { url, config } of routes)
      assert(config?.access !== undefined, `route ${url} does not say who may call it`)
  })
}

/** Slow senders are cut off by the time for the head and between two pieces of a body; an upload may take as long as it moves. */
function createListener(options: {
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void
  readonly tls: { readonly certificate: string; readonly key: string } | null
  readonly limits: Limits
}): HttpListener {
  const { handler, tls, limits } = options
  const settings = {
    maxHeaderSize: limits.requestHeaderBytesMax,
    headersTimeout: headersMsMax,
    requestTimeout: 0,
  }
  const listener =
    tls === null
      ? createHttpListener(settings, handler)
      : createHttpsListener(
          { ...settings, cert: tls.certificate, key: tls.key, minVersion: "TLSv1.2" },
          handler,
        )
  listener.timeout = limits.requestMsMax
  listener.keepAliveTimeout = keepAliveMs
  return listener
}

/** Clients send no or a wrong Content-Type; what a body means is decided by the route, from its bytes. */
function acceptAnyBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body))
}

function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === "string" && requestIdPattern.test(header) ? header : randomUUID()
}

function trackSockets(app: FastifyInstance): ReadonlySet<Socket> {
  const sockets = new Set<Socket>()
  app.server.on("connection", (socket: Socket) => {
    sockets.add(socket)
    socket.once("close", () => sockets.delete(socket))
  })
  return sockets
}

async function drainSockets(options: {
  closed: PromiseLike<void>
  sockets: ReadonlySet<Socket>
  drainMsMax: number
}): Promise<number> {
  const { closed, sockets, drainMsMax } = options
  let destroyed = 0
  const timer = setTimeout(() => {
    destroyed = sockets.size
    for (const socket of sockets) socket.destroy()
  }, drainMsMax)
  await closed
  clearTimeout(timer)
  return destroyed
}

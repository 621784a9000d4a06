/** @file Mounts one operation: parses what came by its schemas, calls the handler, writes what it gives; writes are idempotent by key. */
import { createHash } from "node:crypto"

import type { FastifyInstance, FastifyRequest } from "fastify"
import { z } from "zod"

import { fault, messageOf, type Problem } from "../../base/errors.ts"
import type { Limits } from "../../base/limits.ts"
import { chooseLanguage, type Language } from "../../base/sentences/say.ts"
import {
  type KeepAnswer,
  type KeyRing,
  openAnswer,
  type Principal,
  sealAnswer,
} from "../../identity/index.ts"
import { principalOf, sendJson } from "../http/server.ts"

/** What every operation of this door needs. */
export type Door = { readonly app: FastifyInstance; readonly keys: KeyRing; readonly limits: Limits }

export type OperationInput<Params, Query, Body> = {
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly principal: Principal
  /** The reader's, by Accept-Language. */
  readonly language: Language
  /** To be called with the answer's body, in the work's own transaction, by what must not be done twice. */
  readonly keep: KeepAnswer<object>
}

/** The answer; a status other than the operation's own where the meaning differs (202 for a deployment that is not warm everywhere). */
export type Answer<Body> = { readonly status?: number; readonly body: Body }

type Mountable<Params, Query, Body, Response> = {
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  readonly path: string
  readonly scope: "predict" | "read" | "write" | "admin"
  readonly params: z.ZodType<Params>
  readonly query: z.ZodType<Query>
  readonly body: z.ZodType<Body>
  readonly bodyKind: "none" | "json" | "file"
  readonly status: number
  readonly response: z.ZodType<Response>
  readonly isSecret?: true
}

export function mount<Params, Query, Body, Response>(
  door: Door,
  operation: Mountable<Params, Query, Body, Response>,
  handle: (input: OperationInput<Params, Query, Body>) => Promise<Answer<Response>>,
): void {
  door.app.route({
    method: operation.method,
    url: fastifyPath(operation.path),
    config: { access: operation.scope },
    bodyLimit: door.limits.jsonBodyBytesMax,
    handler: async (request, reply) => {
      const params = parseBy(operation.params, request.params)
      const query = parseBy(operation.query, request.query)
      const body = parseBy(operation.body, operation.bodyKind === "json" ? jsonOf(request.body) : {})
      const principal = principalOf(request)
      const language = chooseLanguage(request.headers["accept-language"])
      const answer = await answerOnce({
        door,
        request,
        principal,
        fingerprint: fingerprintOf(request, request.body),
        isSecret: operation.isSecret,
        answer: async (keepStored) => {
          const keep: KeepAnswer<object> = (transaction, made) =>
            keepStored(transaction, { status: operation.status, body: made })
          const { status, body: answered } = await handle({ params, query, body, principal, language, keep })
          return { status: status ?? operation.status, body: answered }
        },
      })
      return answer.status === 204 ? reply.code(204).send() : sendJson(reply, answer.status, answer.body)
    },
  })
}

/** `/datasets/{name}` is `/datasets/:name` in Fastify. */
export function fastifyPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1")
}

/** Throws REQUEST_INVALID with every field that is wrong. */
export function parseBy<T>(schema: z.ZodType<T>, raw: unknown): T {
  const parsed = schema.safeParse(raw)
  const issues = parsed.success ? unstorableTexts(parsed.data, []) : parsed.error.issues
  if (parsed.success && issues.length === 0) return parsed.data
  const problems = issues.map((issue): Problem => {
    const place = issue.path.map(String).join(".")
    return { code: "REQUEST_INVALID", message: place === "" ? issue.message : `${place}: ${issue.message}` }
  })
  throw fault("REQUEST_INVALID", { count: problems.length, first: problems[0]?.message ?? "" }, { problems })
}

type Issue = { readonly path: readonly PropertyKey[]; readonly message: string }

/** PostgreSQL holds neither U+0000 nor half of a surrogate pair; the schema has bounded how deep this goes. */
function unstorableTexts(value: unknown, path: readonly PropertyKey[]): Issue[] {
  if (typeof value === "string")
    return value.includes("\u0000") || /\p{Surrogate}/u.test(value)
      ? [{ path, message: "a text holds U+0000 or half of a surrogate pair" }]
      : []
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => unstorableTexts(inner, [...path, key]))
}

/** Throws BODY_MISSING, BODY_NOT_JSON. */
export function jsonOf(body: unknown): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0) throw fault("BODY_MISSING", {})
  try {
    return JSON.parse(body.toString("utf8"))
  } catch (error) {
    throw fault("BODY_NOT_JSON", { reason: messageOf(error).slice(0, 200) }, { cause: error })
  }
}

/** What makes two requests the same: method, path and body. */
export function fingerprintOf(request: FastifyRequest, body: unknown): Buffer {
  const hash = createHash("sha256").update(`${request.method} ${request.url}\n`)
  return hash.update(Buffer.isBuffer(body) || typeof body === "string" ? body : "").digest()
}

const jsonSchema = z.json()

type Stored = { readonly status: number; readonly body: unknown }

/**
 * The same Idempotency-Key gives the same answer: what a first call answered is kept, a second one is told so while the
 * first still runs. A call that failed gives its key back; one whose commit nobody knows of keeps what it may have stored.
 */
export async function answerOnce(options: {
  readonly door: Door
  readonly request: FastifyRequest
  readonly principal: Principal
  readonly fingerprint: Buffer
  readonly answer: (keep: KeepAnswer<Stored>) => Promise<Stored>
  /** The answer holds a secret: it is kept sealed under the caller's own key. */
  readonly isSecret?: boolean | undefined
}): Promise<Stored> {
  const { request, answer, isSecret = false } = options
  const key = request.headers["idempotency-key"]
  if (request.method === "GET" || typeof key !== "string") return answer(keepNothing)
  const { keys } = options.door
  const { workspaceId } = options.principal
  const begun = await keys.begin({ workspaceId, key, requestSha256: options.fingerprint })
  const secret = request.headers.authorization ?? ""
  if (begun.state === "finished") {
    if (!isSecret) return begun.answer
    const body = openAnswer(begun.answer.body, secret)
    if (body === null) throw fault("IDEMPOTENCY_KEY_REUSED", { key })
    return { status: begun.answer.status, body }
  }
  const storable = ({ status, body: made }: Stored) => {
    const body = jsonSchema.parse(JSON.parse(JSON.stringify(made)))
    return { status, body: isSecret ? sealAnswer(body, secret) : body }
  }
  try {
    let isKept = false
    const made = await answer(async (transaction, toKeep) => {
      await keys.finishWithin(transaction, begun.hold, storable(toKeep))
      isKept = true
    })
    if (!isKept) await keys.finish(begun.hold, storable(made))
    return made
  } catch (error) {
    await keys.abandon(begun.hold)
    throw error
  }
}

async function keepNothing(): Promise<void> {}

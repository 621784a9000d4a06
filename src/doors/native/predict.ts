/** @file The hot route of the native door: straight to the model, no schema library, no database. */
import type { FastifyInstance } from "fastify"

import { fault } from "../../base/errors.ts"
import type { Limits } from "../../base/limits.ts"
import { requirePredict } from "../../identity/index.ts"
import type { LiveEndpoint, Prediction, Serving } from "../../serve/index.ts"
import { principalOf } from "../http/server.ts"
import { jsonOf } from "./mount.ts"

export function mountPredict(
  app: FastifyInstance,
  options: { readonly serving: Serving; readonly limits: Limits },
): void {
  const { serving, limits } = options
  app.post<{ Params: { name: string }; Querystring: { explain?: string; strict?: string } }>(
    "/api/v1/endpoints/:name/predict",
    { config: { access: "own" }, bodyLimit: limits.predictBodyBytesMax },
    async (request, reply) => {
      const principal = principalOf(request)
      const { name } = request.params
      requirePredict(principal, name)
      const endpoint =
        serving.find(principal.workspaceId, name) ?? (await serving.get(principal.workspaceId, name))
      const isExplainedByQuery = queryFlag(request.query, "explain")
      const isStrictByQuery = queryFlag(request.query, "strict")
      const call = readCall(jsonOf(request.body))
      const prediction = await serving.predict(endpoint, call.rows, {
        isExplained: call.explain ?? isExplainedByQuery,
        isStrict: call.strict ?? isStrictByQuery,
      })
      return reply
        .header("content-type", "application/json; charset=utf-8")
        .send(JSON.stringify(answerOf(endpoint, prediction)))
    },
  )
}

type Call = {
  readonly rows: readonly unknown[]
  readonly explain: boolean | undefined
  readonly strict: boolean | undefined
}

function readCall(body: unknown): Call {
  if (typeof body !== "object" || body === null || !("rows" in body) || !Array.isArray(body.rows))
    throw invalid('rows: expected {"rows": [{"column": value, ...}, ...]}')
  const rows: readonly unknown[] = body.rows
  return { rows, explain: flag(body, "explain"), strict: flag(body, "strict") }
}

function flag(body: object, name: string): boolean | undefined {
  const value: unknown = Object.getOwnPropertyDescriptor(body, name)?.value
  if (value === undefined || typeof value === "boolean") return value
  throw invalid(`${name}: expected true or false`)
}

function queryFlag(query: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = query[name]
  if (value === undefined || value === "true" || value === "false") return value === "true"
  throw invalid(`${name}: expected true or false`)
}

function invalid(message: string) {
  return fault(
    "REQUEST_INVALID",
    { count: 1, first: message },
    { problems: [{ code: "REQUEST_INVALID", message }] },
  )
}

function answerOf(
  { name, live }: LiveEndpoint,
  { predictions, explanations, warnings, warningCount }: Prediction,
) {
  const { model, version } = live.identity
  const answer = { endpoint: name, model, version, predictions, warnings, warningCount }
  return explanations === null ? answer : { ...answer, explanations }
}

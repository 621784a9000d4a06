/** @file Turns whatever was thrown into an answer in the shape of the door that was called; details of the unexpected go to the log only. */
import type { FastifyReply, FastifyRequest } from "fastify"

import { errorKinds, type Fault, fault, isFault } from "../../base/errors.ts"
import type { Log } from "../../base/log.ts"
import { chooseLanguage, type Language } from "../../base/sentences/say.ts"

export type ErrorRenderer = (error: {
  readonly fault: Fault
  readonly requestId: string
  readonly language: Language
}) => unknown

/** `{error: {code, message, requestId, problems?}}` */
export const renderNative: ErrorRenderer = ({ fault: error, requestId, language }) => ({
  error: {
    code: error.code,
    message: error.in(language),
    requestId,
    ...(error.problems.length > 0 ? { problems: error.problems } : {}),
  },
})

export async function replyWithError(input: {
  readonly error: unknown
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly log: Log
}): Promise<FastifyReply> {
  const { error, request, reply, log } = input
  const known = asFault(error, request.id)
  if (known.kind === "internal")
    log.error({ requestId: request.id, error: describe(error) }, "a request failed unexpectedly")
  const render = request.routeOptions.config.renderError ?? renderNative
  const language = chooseLanguage(request.headers["accept-language"])
  const { http } = errorKinds[known.kind]
  if (http === 429 || http === 503) reply.header("retry-after", "1")
  if (http === 401) reply.header("www-authenticate", 'Bearer realm="quernstone"')
  // A refused upload may still be on its way; the connection cannot be used again.
  if (!request.raw.complete) reply.header("connection", "close")
  const body = JSON.stringify(render({ fault: known, requestId: request.id, language }))
  return reply.code(http).header("content-type", "application/json; charset=utf-8").send(body)
}

function asFault(error: unknown, requestId: string): Fault {
  if (isFault(error)) return error
  const code = error instanceof Error && "code" in error ? error.code : undefined
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return fault("BODY_TOO_LARGE", {}, { cause: error })
  if (code === "FST_ERR_CTP_INVALID_CONTENT_LENGTH") return fault("BODY_INCOMPLETE", {}, { cause: error })
  if (code === "FST_ERR_BAD_URL") return fault("PATH_MALFORMED", {}, { cause: error })
  return fault("INTERNAL", { requestId }, { cause: error })
}

function describe(error: unknown): unknown {
  return error instanceof Error
    ? { name: error.name, message: error.message, stack: error.stack, cause: error.cause }
    : String(error)
}

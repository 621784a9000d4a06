/** @file Turns whatever was thrown into an answer in the shape of the door that was called; details of the unexpected go to the log only. */
import { randomUUID } from "node:crypto"
import { STATUS_CODES } from "node:http"
import type { Socket } from "node:net"

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
  const known = asFault(error, request)
  if (known.kind === "internal")
    log.error({ requestId: request.id, error: describe(error) }, "a request failed unexpectedly")
  const render = request.routeOptions.config?.renderError ?? renderNative
  const language = chooseLanguage(request.headers["accept-language"])
  const { http } = errorKinds[known.kind]
  if (http === 429 || http === 503) reply.header("retry-after", "1")
  if (http === 401) reply.header("www-authenticate", 'Bearer realm="quernstone"')
  // A refused upload may still be on its way; the connection cannot be used again.
  if (!request.raw.complete) reply.header("connection", "close")
  const body = JSON.stringify(render({ fault: known, requestId: request.id, language }))
  return reply.code(http).header("content-type", "application/json; charset=utf-8").send(body)
}

/** What is no HTTP request reaches no route: it is answered on its socket, in the native shape, and the connection ends. */
export function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) return
  const known =
    error.code === "HPE_HEADER_OVERFLOW"
      ? fault("HEADERS_TOO_LARGE", {}, { cause: error })
      : fault("REQUEST_MALFORMED", {}, { cause: error })
  const { http } = errorKinds[known.kind]
  const body = JSON.stringify(renderNative({ fault: known, requestId: randomUUID(), language: "en" }))
  const head = [
    `HTTP/1.1 ${http} ${STATUS_CODES[http] ?? ""}`,
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ]
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`)
}

function asFault(error: unknown, request: FastifyRequest): Fault {
  if (isFault(error)) return error
  const code = error instanceof Error && "code" in error ? error.code : undefined
  // The client went away in the middle of its body: nobody will read this answer, and nothing is wrong here.
  if (request.raw.destroyed && !request.raw.complete) return fault("BODY_INCOMPLETE", {}, { cause: error })
  if (code === "FST_ERR_MAX_PARAM_LENGTH")
    return fault("PATH_NOT_FOUND", { method: request.method, path: "/..." }, { cause: error })
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return fault("BODY_TOO_LARGE", {}, { cause: error })
  if (code === "FST_ERR_CTP_INVALID_CONTENT_LENGTH") return fault("BODY_INCOMPLETE", {}, { cause: error })
  if (code === "FST_ERR_BAD_URL") return fault("PATH_MALFORMED", {}, { cause: error })
  return fault("INTERNAL", { requestId: request.id }, { cause: error })
}

function describe(error: unknown): unknown {
  return error instanceof Error
    ? { name: error.name, message: error.message, stack: error.stack, cause: error.cause }
    : String(error)
}

/** @file What goes wrong in a call, as one error: the server's own code and sentence, or the client's when no server answered. */
import type { ErrorBody, Problem } from "./generated/types.ts"

export type Language = "en" | "zh"

/** Codes of the client itself: no connection, an answer that is not Quernstone's, an event stream that broke for good. */
export type ClientCode = "UNREACHABLE" | "UNEXPECTED_ANSWER"

/** `status` is the HTTP status, 0 when no answer came. */
export class QuernstoneError extends Error {
  readonly code: string
  readonly status: number
  readonly problems: readonly Problem[]
  readonly requestId: string | null

  constructor(details: {
    readonly code: string
    readonly status: number
    readonly message: string
    readonly problems?: readonly Problem[] | undefined
    readonly requestId?: string | null
    readonly cause?: unknown
  }) {
    super(details.message, details.cause === undefined ? {} : { cause: details.cause })
    this.name = "QuernstoneError"
    this.code = details.code
    this.status = details.status
    this.problems = details.problems ?? []
    this.requestId = details.requestId ?? null
  }
}

/** No answer came: refused, reset, no such host, or the stream broke off. */
export function unreachable(url: string, language: Language, cause: unknown): QuernstoneError {
  const reason = reasonOf(cause)
  const message =
    language === "zh"
      ? `无法连接 ${url}（${reason}）。请确认服务已启动（\`quernstone up\`）且地址正确。`
      : `There is no answer from ${url} (${reason}). Check that the server runs (\`quernstone up\`) and that the address is right.`
  return new QuernstoneError({ code: "UNREACHABLE", status: 0, message, cause })
}

/** An answer that is not 2xx, with the server's own error where it sent one. */
export async function errorOf(response: Response, url: string, language: Language): Promise<QuernstoneError> {
  const body = parseError(await response.text().catch(() => ""))
  if (body !== null) return new QuernstoneError({ ...body.error, status: response.status })
  return unexpectedAnswer(response.status, url, language)
}

export function unexpectedAnswer(status: number, url: string, language: Language): QuernstoneError {
  const message =
    language === "zh"
      ? `${url} 的回答（状态 ${status}）并非来自 Quernstone。请检查地址以及中间的代理。`
      : `What answers at ${url} (status ${status}) is not Quernstone. Check the address and any proxy on the way.`
  return new QuernstoneError({ code: "UNEXPECTED_ANSWER", status, message })
}

/** The system's code of a failed connection (`ECONNREFUSED`), or the error's own text. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (cause instanceof Error) return "code" in cause ? String(cause.code) : cause.message
  return error.message
}

function parseError(text: string): ErrorBody | null {
  try {
    const body = JSON.parse(text)
    return typeof body?.error?.code === "string" && typeof body.error.message === "string" ? body : null
  } catch {
    return null
  }
}

/** @file The one catalogue of errors: code, what happened, what to do; domain code knows codes, doors turn kinds into statuses. */
import { baseErrors } from "./errors/base.ts"
import { collectErrors } from "./errors/collect.ts"
import { doorErrors } from "./errors/doors.ts"
import { engineErrors } from "./errors/engine.ts"
import { identityErrors } from "./errors/identity.ts"
import { jobErrors } from "./errors/jobs.ts"
import { learnErrors } from "./errors/learn.ts"
import { onnxErrors } from "./errors/onnx.ts"
import { prepareErrors } from "./errors/prepare.ts"
import { registryErrors } from "./errors/registry.ts"
import { serveErrors } from "./errors/serve.ts"
import { storeErrors } from "./errors/store.ts"
import { trainErrors } from "./errors/train.ts"
import type { Language } from "./sentences/say.ts"
import { fillPlaceholders, type Placeholders } from "./sentences/say.ts"

export const errorCatalogue = {
  ...baseErrors,
  ...collectErrors,
  ...doorErrors,
  ...engineErrors,
  ...identityErrors,
  ...jobErrors,
  ...learnErrors,
  ...onnxErrors,
  ...prepareErrors,
  ...registryErrors,
  ...serveErrors,
  ...storeErrors,
  ...trainErrors,
} as const

export type ErrorCode = keyof typeof errorCatalogue

/** What each kind of error is in HTTP and in gRPC; doors read it, the domain does not. */
export const errorKinds = {
  invalid: { http: 400, grpc: 3 },
  unauthenticated: { http: 401, grpc: 16 },
  forbidden: { http: 403, grpc: 7 },
  notFound: { http: 404, grpc: 5 },
  methodNotAllowed: { http: 405, grpc: 12 },
  conflict: { http: 409, grpc: 10 },
  tooLarge: { http: 413, grpc: 8 },
  unsupportedMedia: { http: 415, grpc: 3 },
  unprocessable: { http: 422, grpc: 3 },
  tooMany: { http: 429, grpc: 8 },
  headersTooLarge: { http: 431, grpc: 8 },
  internal: { http: 500, grpc: 13 },
  unsupported: { http: 501, grpc: 12 },
  unavailable: { http: 503, grpc: 14 },
  timeout: { http: 504, grpc: 4 },
  full: { http: 507, grpc: 8 },
} as const

export type ErrorKind = keyof typeof errorKinds

/** One row of the catalogue: the sentence says what happened and what to do, with `{placeholder}`s. */
export type ErrorRow = { readonly kind: ErrorKind; readonly en: string; readonly zh: string }

export type FaultParameters<Code extends ErrorCode> = {
  readonly [Name in Placeholders<(typeof errorCatalogue)[Code]["en"]>]: string | number
}

/** One of several faults of one input, each with its place (`row 3, column "age"`). */
export type Problem = {
  readonly code: ErrorCode
  readonly message: string
  readonly row?: number
  readonly column?: string
}

/** An expected error: somebody else's wrong input or a failing world. Programmer errors are assertions. */
export class Fault extends Error {
  readonly code: ErrorCode
  readonly parameters: Readonly<Record<string, string | number>>
  readonly problems: readonly Problem[]

  constructor(
    code: ErrorCode,
    parameters: Readonly<Record<string, string | number>>,
    options: { readonly cause?: unknown; readonly problems?: readonly Problem[] } = {},
  ) {
    super(
      fillPlaceholders(errorCatalogue[code].en, parameters),
      options.cause === undefined ? {} : { cause: options.cause },
    )
    this.name = "Fault"
    this.code = code
    this.parameters = parameters
    this.problems = options.problems ?? []
  }

  get kind(): ErrorKind {
    return errorCatalogue[this.code].kind
  }

  /** The sentence in the reader's language. */
  in(language: Language): string {
    return fillPlaceholders(errorCatalogue[this.code][language], this.parameters)
  }
}

export function fault<Code extends ErrorCode>(
  code: Code,
  parameters: FaultParameters<Code>,
  options: { readonly cause?: unknown; readonly problems?: readonly Problem[] } = {},
): Fault {
  return new Fault(code, parameters, options)
}

export function isFault(error: unknown, code?: ErrorCode): error is Fault {
  return error instanceof Fault && (code === undefined || error.code === code)
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCatalogue, text)
}

/** The message of anything thrown, for logs and for causes. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** @file How a command ends badly: one sentence for people, a code for programs, an exit status for shells. */
import { CommanderError } from "commander"
import { QuernstoneError } from "../../client/src/index.ts"
import { type Fault, isFault, messageOf } from "../base/errors.ts"
import type { Language } from "../base/sentences/say.ts"

/** Exit statuses, the same for every command (docs/cli.md). */
export const exits = { ok: 0, failed: 1, usage: 2, unreachable: 3, refused: 4, interrupted: 130 } as const
export type ExitStatus = (typeof exits)[keyof typeof exits]

/** An expected end of a command; the message is already in the reader's language. */
export class Failure extends Error {
  readonly code: string
  readonly exit: ExitStatus

  constructor(code: string, message: string, exit: ExitStatus = exits.failed) {
    super(message)
    this.name = "Failure"
    this.code = code
    this.exit = exit
  }
}

export type FailureView = {
  readonly exit: ExitStatus
  readonly error: {
    readonly code: string
    readonly message: string
    readonly requestId?: string
    readonly problems?: QuernstoneError["problems"]
  }
}

/** Whatever was thrown, as its sentence and its exit status. */
export function viewFailure(error: unknown, language: Language): FailureView {
  if (error instanceof Failure)
    return { exit: error.exit, error: { code: error.code, message: error.message } }
  if (error instanceof QuernstoneError)
    return {
      exit: exitOf(error),
      error: {
        code: error.code,
        message: error.message,
        ...(error.requestId === null ? {} : { requestId: error.requestId }),
        ...(error.problems.length === 0 ? {} : { problems: error.problems }),
      },
    }
  if (isFault(error))
    return {
      exit: isWrongSetting(error) ? exits.usage : exits.failed,
      error: { code: error.code, message: error.in(language) },
    }
  if (error instanceof CommanderError)
    return { exit: exits.usage, error: { code: "USAGE", message: error.message } }
  return { exit: exits.failed, error: { code: "INTERNAL", message: messageOf(error) } }
}

function exitOf({ code, status }: QuernstoneError): ExitStatus {
  if (code === "UNREACHABLE") return exits.unreachable
  return status === 401 || status === 403 ? exits.refused : exits.failed
}

function isWrongSetting({ code }: Fault): boolean {
  return code.startsWith("CONFIG_")
}

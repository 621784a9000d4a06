/** @file A job that ends in the way that its input names. */

import { fault } from "../../../src/base/errors.ts"
import type { JobContext } from "../../../src/jobs/job-module.ts"

export async function run(input: unknown, context: JobContext): Promise<unknown> {
  switch (input) {
    case "fault":
      throw fault(
        "CONFIG_INVALID",
        { name: "seed", got: "-1", expected: "a whole number" },
        { problems: [{ code: "CONFIG_INVALID", message: "not whole", row: 3 }] },
      )
    case "error":
      throw new Error("secret detail")
    case "exit":
      process.stderr.write("last words\n")
      process.exit(7)
      break
    case "abort":
      process.abort()
      break
    case "hold memory":
      return holdMemory(context)
    case "fill the heap":
      return fillHeap()
    case "block":
      context.progress({ phase: "blocking", done: 0, total: null, message: null })
      return block()
    case "obey":
      context.progress({ phase: "waiting", done: 0, total: null, message: null })
      while (!context.shouldStop()) await new Promise((resolve) => setTimeout(resolve, 10))
      return "stopped"
    default:
      return null
  }
}

/** Buffers stand outside V8's heap, where its own limit does not see them. */
async function holdMemory(context: JobContext): Promise<unknown> {
  const held: Buffer[] = []
  for (;;) {
    held.push(Buffer.alloc(8 * 1024 * 1024, 1))
    context.progress({ phase: "hold", done: held.length, total: null, message: null })
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Blocks as well, so that V8 gives up before the parent's next reading may see it. */
function fillHeap(): never {
  const held: number[][] = []
  for (;;) held.push(Array.from({ length: 10_000 }, (_, index) => index + held.length))
}

function block(): never {
  for (;;) Math.sqrt(2)
}

/** @file The check of a running server: does it answer, does it take the key, what does it warn of. */
import { QuernstoneError } from "../../client/src/index.ts"
import type { Server } from "./context.ts"
import type { Finding } from "./doctor-machine.ts"
import type { Terminal } from "./terminal.ts"
import { plainText } from "./text.ts"

export async function checkServer({ say }: Terminal, { client, url }: Server): Promise<Finding> {
  try {
    const { version, warnings, database } = await client.getServer()
    const found = say("serverFound", { version, url })
    if (!database.reachable) return { check: "server", state: "fail", found, advice: say("adviceDatabase") }
    const advice = warnings.length === 0 ? null : plainText(warnings.join(" "))
    return { check: "server", state: advice === null ? "ok" : "warn", found, advice }
  } catch (error) {
    if (!(error instanceof QuernstoneError)) throw error
    const isAway = error.code === "UNREACHABLE"
    // No server is no fault of the machine: the doctor is asked before the first start as well.
    return {
      check: "server",
      state: "warn",
      found: isAway ? say("serverAway", { url }) : plainText(error.message),
      advice: isAway ? say("adviceServer") : null,
    }
  }
}

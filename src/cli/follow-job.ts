/** @file A job followed to its end on the terminal: progress while it runs, its error as the command's own. */
import type { Client, Job } from "../../client/src/index.ts"
import type { Context } from "./context.ts"
import { exits, Failure } from "./failure.ts"
import type { Terminal } from "./terminal.ts"
import { plainText } from "./text.ts"

/**
 * Waits until the job has succeeded. Throws JOB's own code when it failed, JOB_CANCELLED when somebody cancelled it,
 * INTERRUPTED on Ctrl-C: the job itself then goes on, and the sentence says how to cancel it.
 */
export async function followJob(
  { terminal, signal, holdInterrupt }: Context,
  client: Client,
  options: { readonly job: Job; readonly label: string },
): Promise<Job> {
  const { say } = terminal
  const progress = terminal.progress(options.label)
  const release = holdInterrupt()
  let last = options.job
  try {
    for await (const job of client.watchJob({ id: last.id, signal })) {
      last = job
      progress.update(`${options.label}: ${phaseText(job, terminal)}`, shareOf(job))
    }
  } catch (error) {
    if (signal.aborted) throw new Failure("INTERRUPTED", say("jobGoesOn", { id: last.id }), exits.interrupted)
    throw error
  } finally {
    progress.end()
    release()
  }
  if (last.state === "cancelled") throw new Failure("JOB_CANCELLED", say("jobCancelled", { id: last.id }))
  if (last.error !== null) throw new Failure(last.error.code, plainText(last.error.message))
  return last
}

/** What the job does now, in a few words. */
export function phaseText({ state, progress }: Job, { say }: Terminal): string {
  if (state === "queued") return say("jobQueued")
  if (progress === null) return say("jobRunning")
  return plainText(progress.message ?? progress.phase)
}

function shareOf({ progress }: Job): number | null {
  if (progress === null || progress.total === null || progress.total <= 0) return null
  return progress.done / progress.total
}

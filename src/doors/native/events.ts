/** @file A job as server-sent events (HTML Standard, section 9.2): one event a change, kept alive, resumed by Last-Event-ID. */
import type { FastifyReply, FastifyRequest } from "fastify"

import { fault } from "../../base/errors.ts"
import type { Limits } from "../../base/limits.ts"
import type { Job, JobDesk } from "../../jobs/index.ts"
import { principalOf } from "../http/server.ts"
import { jobBody } from "./map.ts"

/** Proxies close a stream that is silent for longer than this. */
const keepAliveMs = 15_000

export function createJobEvents(options: { readonly jobs: JobDesk; readonly limits: Limits }) {
  const { jobs, limits } = options
  let openStreams = 0
  return async function streamJob(
    request: FastifyRequest,
    reply: FastifyReply,
    jobId: string,
  ): Promise<FastifyReply> {
    const { workspaceId } = principalOf(request)
    if (openStreams >= limits.eventStreamsMax)
      throw fault("EVENT_STREAMS_FULL", { limit: limits.eventStreamsMax })
    const lastSeen = Number(request.headers["last-event-id"] ?? 0)
    // Before the head of the answer, so that an unknown job is still a 404; and a stream that is taken up again at the
    // newest state has its head at once and not with the next change.
    await jobs.get(workspaceId, jobId)
    const ended = new AbortController()
    const changes = jobs.watch(workspaceId, jobId, {
      afterRevision: Number.isSafeInteger(lastSeen) ? lastSeen : 0,
      signal: ended.signal,
    })
    const { raw } = reply
    if (raw.destroyed) ended.abort()
    openStreams += 1
    reply.hijack()
    raw.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
      "x-request-id": request.id,
    })
    const timer = setInterval(() => raw.write(": alive\n\n"), keepAliveMs)
    raw.on("close", () => ended.abort())
    try {
      for await (const job of changes) write(raw, job)
    } finally {
      clearInterval(timer)
      openStreams -= 1
      raw.end()
    }
    return reply
  }
}

function write(raw: NodeJS.WritableStream, job: Job): void {
  raw.write(`id: ${job.revision}\nevent: job\ndata: ${JSON.stringify(jobBody(job))}\n\n`)
}

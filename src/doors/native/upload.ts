/** @file The upload route: the body streams into the blob store, whatever its size; then a job turns it into a version. */
import { Readable } from "node:stream"

import type { FastifyInstance } from "fastify"
import type { z } from "zod"

import { fault } from "../../base/errors.ts"
import type { Collection, ImportOptions } from "../../collect/index.ts"
import type { KeepAnswer } from "../../identity/index.ts"
import type { Job } from "../../jobs/index.ts"
import { principalOf, sendJson } from "../http/server.ts"
import { jobBody } from "./map.ts"
import { answerOnce, type Door, fastifyPath, fingerprintOf, parseBy } from "./mount.ts"
import { operations } from "./operations.ts"
import type { importQuery } from "./schema.ts"

export function mountUpload(door: Door, collection: Collection): void {
  const operation = operations.addDatasetVersion
  // A context of its own, because here a body is a stream and not a buffer.
  door.app.register(async (app: FastifyInstance) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser("*", (_request, payload, done) => done(null, payload))
    app.post(fastifyPath(operation.path), { config: { access: operation.scope } }, async (request, reply) => {
      const principal = principalOf(request)
      const { name } = parseBy(operation.params, request.params)
      const query = parseBy(operation.query, request.query)
      if (!(request.body instanceof Readable)) throw fault("BODY_MISSING", {})
      const upload = await collection.receive(request.body)
      if (upload.byteLength === 0) throw fault("BODY_MISSING", {})
      const answer = await answerOnce({
        door,
        request,
        principal,
        fingerprint: fingerprintOf(request, upload.digest),
        answer: async (keepStored) => {
          const { workspaceId, keyId } = principal
          const options = importOptionsOf(query)
          const keep: KeepAnswer<Job> = (transaction, made) =>
            keepStored(transaction, { status: operation.status, body: jobBody(made) })
          const job = await collection.startImport({
            workspaceId,
            keyId,
            dataset: name,
            upload,
            options,
            keep,
          })
          return { status: operation.status, body: jobBody(job) }
        },
      })
      return sendJson(reply, answer.status, answer.body)
    })
  })
}

function importOptionsOf(query: z.output<typeof importQuery>): ImportOptions {
  return {
    filename: query.filename ?? null,
    delimiter: query.delimiter ?? null,
    decimal: query.decimal ?? null,
    header: query.header === undefined ? null : query.header === "true",
    encoding: query.encoding ?? null,
  }
}

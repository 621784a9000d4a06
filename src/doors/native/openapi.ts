/** @file The OpenAPI 3.1 document, made from the table of operations and the named schemas. */
import { z } from "zod"

import { type Operation, operations } from "./operations.ts"
import { errorBody } from "./schema.ts"

type Json = { [key: string]: unknown }

export function openApiDocument(version: string): Json {
  const paths: { [path: string]: Json } = {}
  for (const [operationId, operation] of Object.entries<Operation>(operations)) {
    const described = { [operation.method.toLowerCase()]: describeOperation(operationId, operation) }
    paths[operation.path] = { ...paths[operation.path], ...described }
  }
  return {
    openapi: "3.1.0",
    info: { title: "Quernstone", version, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    security: [{ key: [] }],
    paths,
    components: { schemas: namedSchemas(), securitySchemes: { key: { type: "http", scheme: "bearer" } } },
  }
}

function describeOperation(operationId: string, operation: Operation): Json {
  const parameters = [
    ...describeParameters(operation.params, "path"),
    ...describeParameters(operation.query, "query"),
    ...(operation.method === "GET" ? [] : [idempotencyHeader]),
  ]
  return {
    operationId,
    summary: operation.summary,
    "x-scope": operation.scope,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(operation.bodyKind === "file" ? { requestBody: fileBody } : {}),
    ...(operation.bodyKind === "json"
      ? { requestBody: { required: true, ...jsonContent(operation.body, "input") } }
      : {}),
    responses: {
      [operation.status]: describeResponse(operation),
      default: { description: "an error", ...jsonContent(errorBody, "output") },
    },
  }
}

const idempotencyHeader = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "the same key with the same request gives the same answer for 24 h",
  schema: { type: "string", maxLength: 200 },
}

const fileBody = {
  required: true,
  content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
}

function describeResponse(operation: Operation): Json {
  const description = operation.summary
  if (operation.responseKind === "file")
    return {
      description,
      content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
    }
  if (operation.responseKind === "events")
    return { description, content: { "text/event-stream": { schema: { type: "string" } } } }
  return operation.responseKind === "none"
    ? { description }
    : { description, ...jsonContent(operation.response, "output") }
}

function jsonContent(schema: z.ZodType, io: "input" | "output"): Json {
  return { content: { "application/json": { schema: schemaOf(schema, io) } } }
}

function describeParameters(schema: z.ZodType, place: "path" | "query"): Json[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })
  return Object.entries(properties).map(([name, property]) => {
    return { name, in: place, required: place === "path" || required.includes(name), schema: property }
  })
}

/** A named schema becomes a reference; others stand in place, with references inside. */
function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const id = z.globalRegistry.get(schema)?.id
  if (typeof id === "string") return { $ref: componentReference(id) }
  const { $schema: _, $defs: __, ...inPlace } = z.toJSONSchema(schema, { io, unrepresentable: "any" })
  return referToComponents(inPlace)
}

/** Bodies are described as they may be sent: what has a default may be left out. */
function namedSchemas(): Json {
  const bodies = Object.values<Operation>(operations).map(({ body }) => z.globalRegistry.get(body)?.id)
  const sent = Object.entries(schemasOf("input")).filter(([id]) => bodies.includes(id))
  return { ...schemasOf("output"), ...Object.fromEntries(sent) }
}

function schemasOf(io: "input" | "output"): Json {
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    uri: componentReference,
    io,
    unrepresentable: "any",
  })
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [
      id,
      referToComponents(schema),
    ]),
  )
}

function componentReference(id: string): string {
  return `#/components/schemas/${id}`
}

/** zod refers to `#/$defs/Name` inside one schema; in the document the same name is a component. */
function referToComponents(schema: object): Json {
  const text = JSON.stringify(schema, (key, value) =>
    key === "$defs" || (key === "id" && typeof value === "string") ? undefined : value,
  )
  return JSON.parse(text.replaceAll("#/$defs/", "#/components/schemas/"))
}

/** @file The client's types and methods, written from the OpenAPI document: JSON Schema in, TypeScript out. */
import { openApiDocument } from "../src/doors/native/openapi.ts"

type Schema = {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: boolean | Schema
  readonly prefixItems?: readonly Schema[]
}
type Parameter = { name: string; in: "path" | "query" | "header"; required: boolean; schema: Schema }
type Content = { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }
type Described = {
  readonly operationId: string
  readonly summary: string
  readonly "x-scope": string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Content>>
}
type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}
type Route = Described & { readonly method: string; readonly path: string }

/** The whole text of client/src/generated/types.ts; equal documents give equal texts. */
export function clientTypes(version: string): string {
  const document: Document = JSON.parse(JSON.stringify(openApiDocument(version)))
  const routes = routesOf(document)
  const components = Object.entries(document.components.schemas).sort(byName)
  return [
    "/** @file Generated from the OpenAPI document by scripts/generate-client.ts; `npm run generate` writes it again. */",
    'import type { CallOptions, FileBody } from "../call.ts"',
    ...components.map(([name, schema]) => `export type ${typeName(name)} = ${typeOf(schema, "")}`),
    `/** Per operation: what stands in the path, in the query and in the body, and what comes back. */\nexport type Operations = {\n${routes.map(operationType).join("\n")}\n}`,
    "export type OperationId = keyof Operations",
    `/** How each operation travels. */\nexport const routes = {\n${routes.map(routeValue).join("\n")}\n} as const`,
    `/** One method per operation that is a single answer; \`watchJob\` is a stream and stands in client.ts. */\nexport type Methods = {\n${routes.filter(isCall).map(methodType).join("\n")}\n}`,
    `export type Call = <Id extends OperationId>(id: Id, input: Input<Id>) => Promise<Operations[Id]["response"]>`,
    `/** The input of an operation: its path's names beside \`query\` and \`body\`, where it has them. */\nexport type Input<Id extends OperationId> = Operations[Id]["params"] & Operations[Id]["rest"] & CallOptions`,
    `export function bindMethods(call: Call): Methods {\n  return {\n${routes.filter(isCall).map(methodValue).join("\n")}\n  }\n}`,
  ]
    .join("\n\n")
    .concat("\n")
}

function routesOf(document: Document): Route[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => {
      return { ...described, method: method.toUpperCase(), path }
    }),
  )
}

function isCall(route: Route): boolean {
  return !("text/event-stream" in contentOf(route))
}

function contentOf(route: Route): NonNullable<Content["content"]> {
  const success = Object.entries(route.responses).find(([status]) => status.startsWith("2"))
  return success?.[1].content ?? {}
}

function operationType(route: Route): string {
  return `  ${route.operationId}: {
    params: ${parametersType(route, "path")}
    rest: ${restType(route)}
    response: ${responseType(route)}
  }`
}

function responseType(route: Route): string {
  const content = contentOf(route)
  const json = content["application/json"]
  if (json !== undefined) return typeOf(json.schema, "    ")
  return "application/octet-stream" in content ? "ReadableStream<Uint8Array<ArrayBuffer>>" : "undefined"
}

function restType(route: Route): string {
  const query = parametersOf(route, "query")
  const needsQuery = query.some((parameter) => parameter.required)
  const fields = [
    ...(query.length > 0
      ? [
          `query${needsQuery ? "" : "?"}: ${parametersType(route, "query")}${needsQuery ? "" : " | undefined"}`,
        ]
      : []),
    ...(route.requestBody === undefined ? [] : [`body: ${bodyType(route.requestBody)}`]),
  ]
  return fields.length === 0 ? "unknown" : `{ ${fields.join("; ")} }`
}

function bodyType(body: Content): string {
  const json = body.content?.["application/json"]
  return json === undefined ? "FileBody" : typeOf(json.schema, "    ")
}

function parametersOf(route: Route, place: "path" | "query"): Parameter[] {
  return (route.parameters ?? []).filter((parameter) => parameter.in === place)
}

function parametersType(route: Route, place: "path" | "query"): string {
  const parameters = parametersOf(route, place)
  if (parameters.length === 0) return "unknown"
  return `{ ${parameters
    .map(({ name, required, schema }) =>
      required ? `${name}: ${typeOf(schema, "")}` : `${name}?: ${typeOf(schema, "")} | undefined`,
    )
    .join("; ")} }`
}

function routeValue(route: Route): string {
  const content = contentOf(route)
  const answer =
    "application/json" in content ? "json" : "application/octet-stream" in content ? "file" : "none"
  const body =
    route.requestBody === undefined ? "none" : bodyType(route.requestBody) === "FileBody" ? "file" : "json"
  // A prediction changes nothing, so it carries no idempotency key and the server keeps no answer for it.
  const isWrite = route.method !== "GET" && route["x-scope"] !== "predict"
  return `  ${route.operationId}: { method: "${route.method}", path: "${route.path}", body: "${body}", answer: "${isCall(route) ? answer : "events"}", isWrite: ${isWrite} },`
}

function methodType(route: Route): string {
  const input = `input${needsInput(route) ? "" : "?"}: Input<"${route.operationId}">`
  return `  /** ${route.summary}. \`${route.method} ${route.path}\` */
  readonly ${route.operationId}: (${input}) => Promise<Operations["${route.operationId}"]["response"]>`
}

function methodValue(route: Route): string {
  return `    ${route.operationId}: (input${needsInput(route) ? "" : " = {}"}) => call("${route.operationId}", input),`
}

function needsInput(route: Route): boolean {
  return (
    parametersOf(route, "path").length > 0 ||
    route.requestBody !== undefined ||
    parametersOf(route, "query").some((parameter) => parameter.required)
  )
}

function typeOf(schema: Schema, indent: string): string {
  if (schema.$ref !== undefined) return typeName(schema.$ref.replace("#/components/schemas/", ""))
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ")
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return unionOf(choices.map((choice) => typeOf(choice, indent)))
  if (typeof schema.type === "object")
    return unionOf(schema.type.map((type) => typeOf({ ...schema, type }, indent)))
  if (schema.type === "object") return objectType(schema, indent)
  if (schema.type === "array") return arrayType(schema, indent)
  if (schema.type === "integer" || schema.type === "number") return "number"
  return schema.type ?? "unknown"
}

/** The component Error would hide the language's own. */
function typeName(component: string): string {
  return component === "Error" ? "ErrorBody" : component
}

function unionOf(types: readonly string[]): string {
  return [...new Set(types)].join(" | ")
}

function objectType(
  { properties = {}, required = [], additionalProperties }: Schema,
  indent: string,
): string {
  const inner = `${indent}  `
  const fields = Object.entries(properties).map(([name, property]) => {
    const isRequired = required.includes(name)
    const type = typeOf(property, inner)
    const comment = property.description === undefined ? "" : `${inner}/** ${property.description} */\n`
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)
    return `${comment}${inner}${key}${isRequired ? "" : "?"}: ${type}${isRequired ? "" : " | undefined"}\n`
  })
  if (fields.length > 0) return `{\n${fields.join("")}${indent}}`
  return `{ [key: string]: ${typeof additionalProperties === "object" ? typeOf(additionalProperties, indent) : "unknown"} }`
}

function arrayType({ items, prefixItems }: Schema, indent: string): string {
  if (prefixItems !== undefined) return `[${prefixItems.map((item) => typeOf(item, indent)).join(", ")}]`
  return `Array<${typeof items === "object" ? typeOf(items, indent) : "unknown"}>`
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

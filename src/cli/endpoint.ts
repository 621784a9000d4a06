/** @file `quernstone endpoint`: list, look at and delete what is served. */
import type { Command } from "commander"

import type { Endpoint } from "../../client/src/index.ts"
import { addCommand, withServer } from "./command.ts"
import { type Context, connect, type ServerOptions } from "./context.ts"
import { readPages } from "./pages.ts"
import { localTime } from "./quantities.ts"
import { shortNumber } from "./report-view.ts"
import type { Terminal } from "./terminal.ts"
import { plainText } from "./text.ts"

const categoriesShown = 6

export function addEndpoint(program: Command, context: Context): void {
  const { say } = context.terminal
  const endpoint = addCommand(program, context, {
    usage: "endpoint",
    summary: say("endpointSummary"),
    examples: ["quernstone endpoint list", "quernstone endpoint show flights"],
  })
  addList(endpoint, context)
  addShow(endpoint, context)
  addDelete(endpoint, context)
}

function addList(parent: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(parent, context, {
    usage: "list",
    summary: say("endpointListSummary"),
    examples: ["quernstone endpoint list"],
  })
  withServer(command, context).action(async (options: ServerOptions) => {
    const { client } = await connect(context, options)
    const endpoints = await readPages((query) => client.listEndpoints({ query }))
    terminal.result({ items: endpoints })
    terminal.table(
      [
        { title: say("columnName") },
        { title: say("columnModel") },
        { title: say("columnVersion"), align: "right" },
        { title: say("columnTarget") },
        { title: say("columnState") },
        { title: say("columnDeployed") },
      ],
      endpoints.map(({ name, model, version, state, signature, deployedAt }) => [
        name,
        model,
        String(version),
        signature.target,
        state === "ready" ? say("stateReady") : say("stateLoading"),
        localTime(deployedAt),
      ]),
    )
    if (endpoints.length === 0) terminal.line(say("endpointNone"))
  })
}

function addShow(parent: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(parent, context, {
    usage: "show <endpoint>",
    summary: say("endpointShowSummary"),
    examples: ["quernstone endpoint show flights"],
  })
  withServer(command, context).action(async (name: string, options: ServerOptions) => {
    const { client } = await connect(context, options)
    const endpoint = await client.getEndpoint({ name })
    terminal.result(endpoint)
    const { model, version, signature, missingInstances } = endpoint
    terminal.line(say("endpointLine", { name, model, version, target: signature.target }))
    if (missingInstances.length > 0)
      terminal.line(say("servedMissing", { instances: missingInstances.join(", ") }))
    terminal.line()
    terminal.table(
      [
        { title: say("columnColumn") },
        { title: say("columnType") },
        { title: say("columnValues") },
        { title: say("columnExample") },
      ],
      signature.columns.map((column) => [
        plainText(column.name),
        `${column.kind}${column.required ? "" : "?"}`,
        valuesText(column, terminal),
        plainText(String(column.example ?? "-")),
      ]),
    )
  })
}

function addDelete(parent: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(parent, context, {
    usage: "delete <endpoint>",
    summary: say("endpointDeleteSummary"),
    examples: ["quernstone endpoint delete flights"],
  })
  withServer(command, context).action(async (name: string, options: ServerOptions) => {
    const { client } = await connect(context, options)
    await client.deleteEndpoint({ name })
    terminal.result({ endpoint: name, deleted: true })
    terminal.line(say("endpointDeleted", { name }))
  })
}

type SignatureColumn = Endpoint["signature"]["columns"][number]

function valuesText(column: SignatureColumn, { say }: Terminal): string {
  if (column.kind === "number") return column.range.map(shortNumber).join(" - ")
  if (column.kind === "boolean") return "true, false"
  if (column.kind === "datetime") return column.formats.join(", ")
  const shown = column.categories.slice(0, categoriesShown).map(plainText).join(", ")
  const more = column.categories.length - categoriesShown
  return more > 0 ? say("andMore", { shown, count: more }) : shown
}

/** @file `quernstone dataset`: add a file, list what is there, look at a version. */
import type { Command } from "commander"

import type { DatasetVersion } from "../../client/src/index.ts"
import { addCommand, choice, withServer } from "./command.ts"
import { type Context, connect, type ServerOptions } from "./context.ts"
import { nameOfFile, parseReference } from "./names.ts"
import { readPages } from "./pages.ts"
import { byteText, countText, localTime } from "./quantities.ts"
import type { Terminal } from "./terminal.ts"
import { plainText } from "./text.ts"
import { type ImportOptions, uploadDataset } from "./upload.ts"

const rejectedShown = 5

export function addDataset(program: Command, context: Context): void {
  const { say } = context.terminal
  const dataset = addCommand(program, context, {
    usage: "dataset",
    summary: say("datasetSummary"),
    examples: ["quernstone dataset add sales.csv", "quernstone dataset list"],
  })
  addAdd(dataset, context)
  addList(dataset, context)
  addShow(dataset, context)
}

/** The options of a file that is read, for `dataset add` and `train`. */
export function withImport(command: Command, { terminal }: Context): Command {
  const { say } = terminal
  return command
    .option("--delimiter <text>", say("optionDelimiter"))
    .addOption(choice("--decimal <sign>", say("optionDecimal"), [".", ","], terminal))
    .option("--no-header", say("optionNoHeader"))
    .option("--encoding <name>", say("optionEncoding"))
}

function addAdd(parent: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(parent, context, {
    usage: "add <file>",
    summary: say("datasetAddSummary"),
    examples: [
      "quernstone dataset add sales.csv",
      "quernstone dataset add verkauf.csv --delimiter ';' --decimal ,",
    ],
  })
  withImport(withServer(command, context), context)
    .option("--name <name>", say("optionDatasetName"))
    .action(async (file: string, options: ServerOptions & ImportOptions & { name?: string }) => {
      const { client } = await connect(context, options)
      const name = options.name ?? nameOfFile(file)
      const version = await uploadDataset(context, client, { file, name, importOptions: options })
      terminal.result(version)
      showUpload(terminal, version)
      terminal.line(say("nextTrain", { name }))
    })
}

function addList(parent: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(parent, context, {
    usage: "list",
    summary: say("datasetListSummary"),
    examples: ["quernstone dataset list"],
  })
  withServer(command, context).action(async (options: ServerOptions) => {
    const { client } = await connect(context, options)
    const datasets = await readPages((query) => client.listDatasets({ query }))
    terminal.result({ items: datasets })
    terminal.table(
      [
        { title: say("columnName") },
        { title: say("columnVersion"), align: "right" },
        { title: say("columnRows"), align: "right" },
        { title: say("columnColumns"), align: "right" },
        { title: say("columnSize"), align: "right" },
        { title: say("columnCreated") },
      ],
      datasets.map(({ name, latestVersion, latest }) => [
        name,
        String(latestVersion),
        latest === null ? "-" : countText(latest.rowCount),
        latest === null ? "-" : String(latest.columnCount),
        latest === null ? "-" : byteText(latest.byteLength),
        localTime(latest?.createdAt ?? null),
      ]),
    )
    if (datasets.length === 0) terminal.line(say("datasetNone"))
  })
}

function addShow(parent: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(parent, context, {
    usage: "show <dataset>",
    summary: say("datasetShowSummary"),
    examples: ["quernstone dataset show sales", "quernstone dataset show sales:2"],
  })
  withServer(command, context).action(async (reference: string, options: ServerOptions) => {
    const { name, version } = parseReference(reference, terminal)
    const { client } = await connect(context, options)
    const found = await client.getDatasetVersion({ name, version })
    terminal.result(found)
    showUpload(terminal, found)
    terminal.line(say("digestLine", { digest: found.contentDigest }), { whole: true })
    terminal.line()
    terminal.table(
      [{ title: say("columnColumn") }, { title: say("columnType") }],
      found.schema.map((column) => [plainText(column.name), column.type]),
    )
  })
}

/** What came in and what did not, with the first rejected rows and their reasons. */
export function showUpload(terminal: Terminal, version: DatasetVersion): void {
  const { say } = terminal
  const { dataset, rowCount, columnCount, rejectedCount } = version
  const rows = countText(rowCount)
  terminal.line(say("datasetLine", { name: dataset, version: version.version, rows, columns: columnCount }))
  for (const warning of version.warnings) terminal.line(say("warningLine", { warning: plainText(warning) }))
  if (rejectedCount === 0) return
  terminal.line(say("datasetRejected", { count: rejectedCount }))
  for (const { line, column, reason } of version.rejectedRows.slice(0, rejectedShown))
    terminal.line(
      `  ${say("rejectedRow", { line, column: plainText(column ?? "-"), reason: plainText(reason) })}`,
    )
}

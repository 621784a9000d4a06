/** @file `quernstone model`: list models, look at a version's report, take its ONNX file away. */
import { createWriteStream } from "node:fs"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { Command } from "commander"

import { messageOf } from "../base/errors.ts"
import { addCommand, withServer } from "./command.ts"
import { type Context, connect, type ServerOptions } from "./context.ts"
import { Failure } from "./failure.ts"
import { findModelVersion } from "./names.ts"
import { readPages } from "./pages.ts"
import { byteText, localTime } from "./quantities.ts"
import { scoreText, showReport } from "./report-view.ts"

export function addModel(program: Command, context: Context): void {
  const { say } = context.terminal
  const model = addCommand(program, context, {
    usage: "model",
    summary: say("modelSummary"),
    examples: ["quernstone model list", "quernstone model show flights:2"],
  })
  addList(model, context)
  addShow(model, context)
  addRecipe(model, context)
  addDownload(model, context)
}

function addList(parent: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(parent, context, {
    usage: "list",
    summary: say("modelListSummary"),
    examples: ["quernstone model list"],
  })
  withServer(command, context).action(async (options: ServerOptions) => {
    const { client } = await connect(context, options)
    const models = await readPages((query) => client.listModels({ query }))
    terminal.result({ items: models })
    terminal.table(
      [
        { title: say("columnName") },
        { title: say("columnVersion"), align: "right" },
        { title: say("columnTarget") },
        { title: say("columnScore") },
        { title: say("columnCreated") },
      ],
      models.map(({ name, latestVersion, latest }) => [
        name,
        String(latestVersion),
        latest?.target ?? "-",
        latest === null ? "-" : scoreText(latest.primaryMetric),
        localTime(latest?.createdAt ?? null),
      ]),
    )
    if (models.length === 0) terminal.line(say("modelNone"))
  })
}

function addShow(parent: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(parent, context, {
    usage: "show <model>",
    summary: say("modelShowSummary"),
    examples: [
      "quernstone model show flights",
      "quernstone model show flights:2",
      "quernstone model show flights@champion",
    ],
  })
  withServer(command, context).action(async (reference: string, options: ServerOptions) => {
    const { client } = await connect(context, options)
    const found = await client.getModelVersion(await findModelVersion(client, reference, terminal))
    terminal.result(found)
    showReport(terminal, found)
    terminal.line(say("modelFile", { size: byteText(found.byteLength), digest: found.fileDigest }), {
      whole: true,
    })
    terminal.line(say("nextDeploy", { reference: `${found.model}:${found.version}` }))
  })
}

function addRecipe(parent: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(parent, context, {
    usage: "recipe <model>",
    summary: say("modelRecipeSummary"),
    examples: [
      "quernstone model recipe flights > recipe.json",
      "quernstone train flights --target late --recipe recipe.json",
    ],
  })
  withServer(command, context).action(async (reference: string, options: ServerOptions) => {
    const { client } = await connect(context, options)
    const { report } = await client.getModelVersion(await findModelVersion(client, reference, terminal))
    terminal.result(report.recipe)
    terminal.line(JSON.stringify(report.recipe, null, 2))
  })
}

function addDownload(parent: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(parent, context, {
    usage: "download <model>",
    summary: say("modelDownloadSummary"),
    examples: [
      "quernstone model download flights",
      "quernstone model download flights:2 --output flights.onnx",
    ],
  })
  withServer(command, context)
    .option("--output <file>", say("optionOutput"))
    .action(async (reference: string, options: ServerOptions & { output?: string }) => {
      const { client } = await connect(context, options)
      const { name, version } = await client
        .getModelVersion(await findModelVersion(client, reference, terminal))
        .then((found) => ({ name: found.model, version: found.version }))
      const file = options.output ?? `${name}-${version}.onnx`
      const stream = await client.getModelFile({ name, version, signal: context.signal })
      try {
        await pipeline(Readable.fromWeb(stream), createWriteStream(file))
      } catch (error) {
        throw new Failure("FILE_UNWRITABLE", say("fileUnwritable", { file, reason: messageOf(error) }))
      }
      terminal.result({ model: name, version, file })
      terminal.line(say("modelDownloaded", { name, version, file }))
    })
}

/** @file `quernstone train`: from a dataset or a file to a measured model and, with --serve, to an address that answers. */
import { readFile } from "node:fs/promises"
import type { Command } from "commander"

import { z } from "zod"

import {
  type DatasetVersion,
  type ModelVersion,
  QuernstoneError,
  type TrainingRequest,
} from "../../client/src/index.ts"
import { messageOf } from "../base/errors.ts"
import { addCommand, choice, wholeNumber, withServer } from "./command.ts"
import { type Context, connect, type Server, type ServerOptions } from "./context.ts"
import { showUpload, withImport } from "./dataset.ts"
import { Failure } from "./failure.ts"
import { followJob } from "./follow-job.ts"
import { type LearnerOptions, learnerRequest, withLearner } from "./learner-options.ts"
import { holdServer, type LocalServer, showReady, startLocalServer } from "./local-server.ts"
import { nameOfFile, parseReference } from "./names.ts"
import { showReport } from "./report-view.ts"
import { type Served, serveModel, showServed } from "./serve-model.ts"
import { type ImportOptions, isFile, uploadDataset } from "./upload.ts"

type TrainOptions = ServerOptions &
  ImportOptions &
  LearnerOptions & {
    readonly target: string
    readonly name?: string
    readonly task?: TrainingRequest["task"]
    readonly positive?: string
    readonly recipe?: string
    readonly seed?: number
    readonly serve?: boolean
    readonly endpoint?: string
  }

const seedMax = 2 ** 31 - 1
const trainingResult = z.object({ version: z.int().positive() })

export function addTrain(program: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(program, context, {
    usage: "train <dataset-or-file>",
    summary: say("trainSummary"),
    examples: [
      "quernstone train sales.csv --target bought --serve",
      "quernstone train flights --target late --name flights --seed 7",
      "quernstone train flights:2 --target delay --task regression --json",
      "quernstone train flights --target late --learner network --layers 64,64",
    ],
  })
  command
    .requiredOption("--target <column>", say("optionTarget"))
    .option("--name <model>", say("optionModelName"))
    .addOption(choice("--task <task>", say("optionTask"), ["binary", "multiclass", "regression"], terminal))
    .option("--positive <class>", say("optionPositive"))
    .option("--recipe <file>", say("optionRecipe"))
    .addOption(wholeNumber("--seed <number>", say("optionSeed"), { least: 0, most: seedMax }, terminal))
    .option("--serve", say("optionServe"))
    .option("--endpoint <name>", say("optionEndpoint"))
  withLearner(command, context)
  withServer(withImport(command, context), context).action((source: string, options: TrainOptions) =>
    train(context, source, options),
  )
}

async function train(context: Context, source: string, options: TrainOptions): Promise<void> {
  const { terminal } = context
  const learner = learnerRequest(options, terminal)
  const file = (await isFile(source)) ? source : null
  if (file === null && /[/\\]|\.(csv|tsv|txt|gz|json|parquet|xlsx)$/i.test(source))
    throw new Failure("FILE_NOT_FOUND", terminal.say("fileNotFound", { file: source }))
  const local = await serverFor(context, options, { mayStart: file !== null && options.serve === true })
  try {
    const server = local === null ? await connect(context, options) : local.server
    const dataset = file === null ? null : await addFile(context, server, { file, options })
    const model = await trainModel(context, server, { source, dataset, options, learner })
    showReport(terminal, model)
    const served = options.serve ? await serve(context, server, { model, options }) : null
    terminal.result({ dataset, model, served })
    terminal.line()
    if (served !== null) showServed(context, served)
    else terminal.line(terminal.say("nextDeploy", { reference: `${model.model}:${model.version}` }))
    if (local === null) return
    terminal.line()
    showReady(context, local)
    await holdServer(context, local)
  } finally {
    await local?.close()
  }
}

/** A server of our own, when none answers at the default address and one may be started; null when one answers. */
async function serverFor(
  context: Context,
  options: TrainOptions,
  { mayStart }: { readonly mayStart: boolean },
): Promise<LocalServer | null> {
  const server = await connect(context, options)
  try {
    await server.client.getServer()
    return null
  } catch (error) {
    const isAway = error instanceof QuernstoneError && error.code === "UNREACHABLE"
    if (!isAway || !server.isDefault || !mayStart) throw error
    return startLocalServer(context, {}, { quiet: true })
  }
}

async function addFile(
  context: Context,
  { client }: Server,
  { file, options }: { readonly file: string; readonly options: TrainOptions },
): Promise<DatasetVersion> {
  const dataset = await uploadDataset(context, client, {
    file,
    name: nameOfFile(file),
    importOptions: options,
  })
  showUpload(context.terminal, dataset)
  context.terminal.line()
  return dataset
}

async function trainModel(
  context: Context,
  { client }: Server,
  input: {
    readonly source: string
    readonly dataset: DatasetVersion | null
    readonly options: TrainOptions
    readonly learner: ReturnType<typeof learnerRequest>
  },
): Promise<ModelVersion> {
  const { terminal, signal } = context
  const { dataset, options } = input
  const reference =
    dataset === null
      ? parseReference(input.source, terminal)
      : { name: dataset.dataset, version: dataset.version }
  const name = options.name ?? reference.name
  const body: TrainingRequest = {
    dataset: reference.name,
    target: options.target,
    model: name,
    ...(reference.version === "latest" ? {} : { datasetVersion: reference.version }),
    ...(options.task === undefined ? {} : { task: options.task }),
    ...(options.positive === undefined ? {} : { positive: classOf(options.positive) }),
    ...(options.recipe === undefined ? {} : { recipe: await readRecipe(context, options.recipe) }),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...input.learner,
  }
  const job = await client.startTraining({ body, signal })
  const { result } = await followJob(context, client, { job, label: terminal.say("training", { name }) })
  const { data } = trainingResult.safeParse(result)
  return client.getModelVersion({ name, version: data?.version ?? "latest" })
}

function serve(
  context: Context,
  server: Server,
  { model, options }: { readonly model: ModelVersion; readonly options: TrainOptions },
): Promise<Served> {
  const request = { model: model.model, version: model.version }
  return serveModel(context, server, { name: options.endpoint ?? model.model, request })
}

/** A class of a whole-number target is a number. */
function classOf(text: string): string | number {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text
}

async function readRecipe(
  { terminal: { say } }: Context,
  file: string,
): Promise<NonNullable<TrainingRequest["recipe"]>> {
  try {
    // Only JSON is asked for here; what a recipe must hold is the server's to say.
    return JSON.parse(await readFile(file, "utf8"))
  } catch (error) {
    throw new Failure("RECIPE_UNREADABLE", say("recipeUnreadable", { file, reason: messageOf(error) }))
  }
}

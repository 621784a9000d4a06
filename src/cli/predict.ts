/** @file `quernstone predict`: rows from the command line, a file or stdin, answered by an endpoint. */
import { readFile } from "node:fs/promises"
import { text } from "node:stream/consumers"
import type { Command } from "commander"

import { z } from "zod"

import type { Client, PredictResponse } from "../../client/src/index.ts"
import { messageOf } from "../base/errors.ts"
import { addCommand, usage, withServer } from "./command.ts"
import { type Context, connect, type ServerOptions } from "./context.ts"
import type { Row } from "./curl.ts"
import { Failure } from "./failure.ts"
import { showPredictions } from "./prediction-view.ts"
import type { Terminal } from "./terminal.ts"

type PredictOptions = ServerOptions & {
  readonly row?: string[]
  readonly file?: string
  readonly explain?: boolean
  readonly strict?: boolean
}

/** Rows of one call: well below the server's default limit, so that long files go through in pieces. */
const rowsPerCall = 5_000
const rowSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
const rowsSchema = z.union([
  z.array(rowSchema),
  z.object({ rows: z.array(rowSchema) }).transform(({ rows }) => rows),
  rowSchema.transform((row) => [row]),
])

export function addPredict(program: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(program, context, {
    usage: "predict <endpoint>",
    summary: say("predictSummary"),
    examples: [
      `quernstone predict flights --row '{"month":1,"dest":"SFO"}' --explain`,
      "quernstone predict flights --file rows.json",
      "cat rows.ndjson | quernstone predict flights --file - --json",
    ],
  })
  withServer(command, context)
    .option("--row <json>", say("optionRow"), (value: string, earlier: string[] | undefined) => [
      ...(earlier ?? []),
      value,
    ])
    .option("--file <file>", say("optionRowFile"))
    .option("--explain", say("optionExplain"))
    .option("--strict", say("optionStrict"))
    .action(async (endpoint: string, options: PredictOptions) => {
      const rows = await readRows(options, terminal)
      const { client } = await connect(context, options)
      const response = await predictAll(context, client, { endpoint, rows, options })
      terminal.result(response)
      showPredictions(terminal, response)
    })
}

/** Rows in pieces; the answer is as if it had been one call. */
async function predictAll(
  { signal }: Context,
  client: Client,
  call: { readonly endpoint: string; readonly rows: readonly Row[]; readonly options: PredictOptions },
): Promise<PredictResponse> {
  const { endpoint, rows, options } = call
  const answer = async (start: number) => {
    const body = {
      rows: rows.slice(start, start + rowsPerCall),
      ...(options.explain === undefined ? {} : { explain: options.explain }),
      ...(options.strict === undefined ? {} : { strict: options.strict }),
    }
    const response = await client.predict({ name: endpoint, body, signal })
    const warnings = response.warnings.map((warning) =>
      warning.row === undefined ? warning : { ...warning, row: warning.row + start },
    )
    return { ...response, warnings }
  }
  const whole = await answer(0)
  for (let start = rowsPerCall; start < rows.length; start += rowsPerCall) {
    const part = await answer(start)
    whole.predictions.push(...part.predictions)
    whole.explanations?.push(...(part.explanations ?? []))
    whole.warnings.push(...part.warnings)
  }
  return whole
}

async function readRows({ row, file }: PredictOptions, terminal: Terminal): Promise<Row[]> {
  if ((row === undefined) === (file === undefined)) throw usage(terminal.say("usageRows"))
  if (row !== undefined) return row.flatMap((json) => parseRows(json, "--row", terminal))
  const source = file ?? "-"
  try {
    const content = source === "-" ? await text(process.stdin) : await readFile(source, "utf8")
    return parseRows(content, source, terminal)
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(
      "FILE_UNREADABLE",
      terminal.say("fileUnreadable", { file: source, reason: messageOf(error) }),
    )
  }
}

/** A JSON array of rows, one row, `{"rows": [...]}`, or one row a line. */
function parseRows(content: string, source: string, { say }: Terminal): Row[] {
  const whole = parseJson(content)
  const value =
    whole === undefined
      ? content
          .split(/\r?\n/)
          .filter((line) => line.trim() !== "")
          .map(parseJson)
      : whole
  const rows = rowsSchema.safeParse(value)
  if (rows.success) return rows.data
  throw new Failure("ROWS_UNREADABLE", say("rowsUnreadable", { source }))
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

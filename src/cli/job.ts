/** @file `quernstone job`: list, look at, cancel and watch what runs in the background. */
import type { Command } from "commander"

import type { Job } from "../../client/src/index.ts"
import { addCommand, wholeNumber, withServer } from "./command.ts"
import { type Context, connect, type ServerOptions } from "./context.ts"
import { followJob, phaseText } from "./follow-job.ts"
import { readPages } from "./pages.ts"
import { localTime } from "./quantities.ts"
import type { Terminal } from "./terminal.ts"
import { plainText } from "./text.ts"

/** A list of recent jobs needs no year. */
const monthAt = 5

export function addJob(program: Command, context: Context): void {
  const { say } = context.terminal
  const job = addCommand(program, context, {
    usage: "job",
    summary: say("jobSummary"),
    examples: ["quernstone job list", "quernstone job watch 019a..."],
  })
  addList(job, context)
  addShow(job, context)
  addCancel(job, context)
  addWatch(job, context)
}

function addList(parent: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(parent, context, {
    usage: "list",
    summary: say("jobListSummary"),
    examples: ["quernstone job list", "quernstone job list --last 100"],
  })
  withServer(command, context)
    .addOption(wholeNumber("--last <count>", say("optionLast"), { least: 1, most: 10_000 }, terminal))
    .action(async (options: ServerOptions & { last?: number }) => {
      const { client } = await connect(context, options)
      const jobs = await readPages((query) => client.listJobs({ query }), options.last ?? 20)
      terminal.result({ items: jobs })
      terminal.table(
        [
          { title: say("columnId"), whole: true },
          { title: say("columnKind") },
          { title: say("columnState") },
          { title: say("columnCreated") },
        ],
        jobs.map((job) => [
          job.id,
          job.kind,
          say(stateNames[job.state]),
          localTime(job.createdAt).slice(monthAt),
        ]),
      )
      if (jobs.length === 0) terminal.line(say("jobNone"))
    })
}

function addShow(parent: Command, context: Context): void {
  const { terminal } = context
  const command = addCommand(parent, context, {
    usage: "show <id>",
    summary: terminal.say("jobShowSummary"),
    examples: ["quernstone job show 019a..."],
  })
  withServer(command, context).action(async (id: string, options: ServerOptions) => {
    const { client } = await connect(context, options)
    const job = await client.getJob({ id })
    terminal.result(job)
    showJob(terminal, job)
  })
}

function addCancel(parent: Command, context: Context): void {
  const { terminal } = context
  const command = addCommand(parent, context, {
    usage: "cancel <id>",
    summary: terminal.say("jobCancelSummary"),
    examples: ["quernstone job cancel 019a..."],
  })
  withServer(command, context).action(async (id: string, options: ServerOptions) => {
    const { client } = await connect(context, options)
    const job = await client.cancelJob({ id })
    terminal.result(job)
    showJob(terminal, job)
  })
}

function addWatch(parent: Command, context: Context): void {
  const { terminal } = context
  const command = addCommand(parent, context, {
    usage: "watch <id>",
    summary: terminal.say("jobWatchSummary"),
    examples: ["quernstone job watch 019a..."],
  })
  withServer(command, context).action(async (id: string, options: ServerOptions) => {
    const { client } = await connect(context, options)
    const started = await client.getJob({ id })
    const job = await followJob(context, client, { job: started, label: started.kind })
    terminal.result(job)
    showJob(terminal, job)
  })
}

const stateNames = {
  queued: "stateQueued",
  running: "stateRunning",
  succeeded: "stateSucceeded",
  failed: "stateFailed",
  cancelled: "stateCancelled",
} as const

function showJob(terminal: Terminal, job: Job): void {
  const { say } = terminal
  const { id, kind, attempt } = job
  terminal.line(say("jobLine", { id, kind, state: say(stateNames[job.state]), attempt }))
  terminal.line(
    say("jobTimes", {
      created: localTime(job.createdAt),
      started: localTime(job.startedAt),
      finished: localTime(job.finishedAt),
    }),
  )
  if (job.state === "running") terminal.line(phaseText(job, terminal))
  if (job.error !== null) terminal.line(`${job.error.code}: ${plainText(job.error.message)}`)
  if (job.result !== null) terminal.line(JSON.stringify(job.result), { whole: true })
}

/** @file What training found, as people read it: leaderboard, test score with its interval, the columns that weigh most. */
import type { ModelVersion } from "../../client/src/index.ts"
import { countText } from "./quantities.ts"
import type { Terminal } from "./terminal.ts"
import { plainText } from "./text.ts"

type Report = ModelVersion["report"]
type Score = Report["test"]["baseline"]

const weightiestMax = 6

export function showReport(terminal: Terminal, { model, version, report }: ModelVersion): void {
  const { say } = terminal
  terminal.line(
    say("reportTitle", { model, version, target: report.target, task: say(taskNames[report.task]) }),
  )
  if (report.positiveClass !== null) terminal.line(say("reportPositive", { positive: report.positiveClass }))
  terminal.line(splitText(terminal, report))
  terminal.line()
  showLeaderboard(terminal, report)
  showServedLearner(terminal, report)
  terminal.line()
  showTest(terminal, report)
  const weightiest = report.importance.slice(0, weightiestMax).map(({ column }) => plainText(column))
  if (weightiest.length > 0) terminal.line(say("reportImportance", { columns: weightiest.join(", ") }))
  for (const warning of report.warnings) terminal.line(say("warningLine", { warning: plainText(warning) }))
}

const taskNames = {
  binary: "taskBinary",
  multiclass: "taskMulticlass",
  regression: "taskRegression",
} as const

/** Four digits that mean something, without an exponent where one can do without. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(4)))
}

export function scoreText({ name, value, low, high }: Score): string {
  return `${name} ${shortNumber(value)} [${shortNumber(low)}, ${shortNumber(high)}]`
}

function splitText({ say }: Terminal, { split, dataset }: Report): string {
  const { train, validation, calibration, test } = split.rows
  const numbers = {
    dataset: dataset.name,
    version: dataset.version,
    train: countText(train),
    test: countText(test),
  }
  return split.strategy === "holdout"
    ? say("reportHoldout", { ...numbers, validation: countText(validation + calibration) })
    : say("reportCrossValidation", numbers)
}

function showLeaderboard(terminal: Terminal, report: Report): void {
  const { say } = terminal
  terminal.line(say("leaderboardTitle", { metric: report.primaryMetric }))
  const columns = [
    { title: "" },
    { title: say("columnLearner") },
    { title: say("columnParameters") },
    { title: report.primaryMetric, align: "right" },
    { title: say("columnInterval"), align: "right" },
    { title: say("columnTime"), align: "right" },
  ] as const
  const rows = report.leaderboard.map(({ learner, parameters, validation, fitMs, isChosen }) => [
    isChosen ? "*" : "",
    learner,
    Object.entries(learner === "network" ? toldApart(parameters) : parameters)
      .map(settingText)
      .join(" "),
    shortNumber(validation.value),
    `${shortNumber(validation.low)} - ${shortNumber(validation.high)}`,
    `${(fitMs / 1000).toFixed(1)} s`,
  ])
  terminal.table(columns, rows)
}

type Parameters = Report["leaderboard"][number]["parameters"]

/** What the networks of a search differ in; a line has no room for all of their settings. */
function toldApart({ layers, learningRate, dropout, l2 }: Parameters): Parameters {
  return {
    ...(layers === undefined ? {} : { layers }),
    ...(learningRate === undefined ? {} : { rate: learningRate }),
    ...(dropout === undefined || dropout === 0 ? {} : { dropout }),
    ...(l2 === undefined || l2 === 0 ? {} : { l2 }),
  }
}

function settingText([name, value]: readonly [string, Parameters[string]]): string {
  if (typeof value === "number") return `${name}=${shortNumber(value)}`
  return `${name}=${String(value)}`
}

/** All settings of the one that serves. */
function showServedLearner(terminal: Terminal, { leaderboard }: Report): void {
  const chosen = leaderboard.find(({ isChosen }) => isChosen)
  if (chosen?.learner !== "network") return
  const { learner, parameters, bestEpoch } = chosen
  const settings = Object.entries(parameters).map(settingText).join(" ")
  const count = bestEpoch ?? 0
  terminal.line(terminal.say("reportServed", { learner, settings, count }))
}

function showTest(terminal: Terminal, { test }: Report): void {
  const { say } = terminal
  terminal.line(say("testTitle", { rows: countText(test.rowCount) }))
  const columns = [
    { title: say("columnMetric") },
    { title: say("columnValue"), align: "right" },
    { title: say("columnInterval"), align: "right" },
  ] as const
  const rows = test.scores.map(({ name, value, low, high }) => [
    name,
    shortNumber(value),
    `${shortNumber(low)} - ${shortNumber(high)}`,
  ])
  terminal.table(columns, rows)
  const { improvement, baseline } = test
  const interval = { low: shortNumber(improvement.low), high: shortNumber(improvement.high) }
  const amount = { metric: baseline.name, amount: shortNumber(improvement.value), ...interval }
  terminal.line(improvement.low > 0 ? say("testBetter", amount) : say("testNotBetter", amount))
}

/** @file Predictions as people read them: the answer, how sure it is, and why. */
import type { PredictResponse } from "../../client/src/index.ts"
import { shortNumber } from "./report-view.ts"
import type { Terminal } from "./terminal.ts"
import { cutText, plainText } from "./text.ts"

type Prediction = PredictResponse["predictions"][number]
type Explanation = NonNullable<PredictResponse["explanations"]>[number]

const barWidth = 16
const reasonsMax = 8

/** `late = 1 (probability 0.83)`, or the row's error. */
export function answerText({ say }: Terminal, prediction: Prediction): string {
  if ("error" in prediction) return plainText(prediction.error.message)
  if ("prediction" in prediction) return shortNumber(prediction.prediction)
  const { label, probabilities } = prediction
  const probability = probabilities[String(label)]
  const shown = plainText(String(label))
  return probability === undefined
    ? shown
    : say("answerSure", { label: shown, probability: probability.toFixed(3) })
}

/** All answers, one after the other, with their contributions where they were asked for, then the warnings. */
export function showPredictions(terminal: Terminal, response: PredictResponse): void {
  const { predictions, explanations, warnings } = response
  const isSingle = predictions.length === 1
  for (const [index, prediction] of predictions.entries()) {
    const answer = answerText(terminal, prediction)
    terminal.line(isSingle ? answer : terminal.say("answerRow", { row: index + 1, answer }))
    const explanation = explanations?.[index]
    if (explanation !== undefined) showReasons(terminal, explanation)
  }
  for (const { row, column, message } of warnings) {
    const place = [
      row === undefined ? "" : `${terminal.say("rowNumber", { row: row + 1 })} `,
      column ?? "",
    ].join("")
    const warning = plainText(place === "" ? message : `${place.trim()}: ${message}`)
    terminal.line(terminal.say("warningLine", { warning }))
  }
}

/** The weightiest contributions as bars, and the sum that makes the score. */
export function showReasons(terminal: Terminal, explanation: Explanation, most = reasonsMax): void {
  const { say } = terminal
  const { output, unit, baseline, score } = explanation
  const sorted = [...explanation.contributions].sort(
    (a, b) => Math.abs(b.contribution) - Math.abs(a.contribution),
  )
  const shown = sorted.slice(0, most)
  const rest = sorted.slice(most).reduce((sum, { contribution }) => sum + contribution, 0)
  const scale = Math.max(...shown.map(({ contribution }) => Math.abs(contribution)), 1e-12)
  const rows = shown.map(({ column, value, contribution }) => [
    `  ${cutText(plainText(column), 24)}`,
    cutText(cellText(terminal, value), 18),
    signed(contribution),
    (contribution < 0 ? "-" : "+").repeat(
      Math.max(1, Math.round((Math.abs(contribution) / scale) * barWidth)),
    ),
  ])
  if (sorted.length > most)
    rows.push([`  ${say("otherColumns", { count: sorted.length - most })}`, "", signed(rest), ""])
  terminal.line(output === null ? say("whyTarget") : say("whyClass", { output, unit }))
  terminal.table(
    [
      { title: `  ${say("columnColumn")}` },
      { title: say("columnValue") },
      { title: say("columnContribution"), align: "right" },
      { title: "" },
    ],
    rows,
  )
  terminal.line(
    `  ${say("whySum", { baseline: shortNumber(baseline), sum: signed(score - baseline), score: shortNumber(score) })}`,
  )
}

/** A number as it was meant: binary fractions of seventeen digits say nothing more than seven. */
function cellText({ say }: Terminal, value: Explanation["contributions"][number]["value"]): string {
  if (value === null) return say("missing")
  if (typeof value === "number" && !Number.isInteger(value)) return String(Number(value.toPrecision(7)))
  return plainText(String(value))
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${shortNumber(value)}`
}

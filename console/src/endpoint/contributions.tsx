/** @file Why: the contributions of the columns as a waterfall from the baseline to the total. */
import { Button, Text, Title, VisuallyHidden } from "@mantine/core"
import { type ReactNode, useId, useState } from "react"

import { type Say, useLanguage } from "../language.tsx"
import { type Contribution, waterfallOf } from "./waterfall.ts"

const barsShown = 10

export type Explanation = {
  readonly output: string | null
  readonly unit: "log-odds" | "class score" | "target"
  readonly baseline: number
  readonly score: number
  readonly contributions: readonly Contribution[]
}

export function Contributions(properties: { readonly explanation: Explanation; readonly target: string }) {
  const { explanation, target } = properties
  const { say, format } = useLanguage()
  const [isWhole, setIsWhole] = useState(false)
  const titleId = useId()
  const { baseline, contributions, score } = explanation
  const { bars, others, baselineAt, totalAt, zeroAt } = waterfallOf(
    explanation,
    isWhole ? Number.POSITIVE_INFINITY : barsShown,
  )
  const { sum, addend } = format.sums([
    baseline,
    score,
    ...contributions.map(({ contribution }) => contribution),
  ])
  return (
    <section aria-labelledby={titleId} className="why">
      <Title order={5} size="h6" id={titleId}>
        {say("whyTitle")}
      </Title>
      <Text size="xs" c="dimmed" mb="xs">
        {whySentence(say, explanation, target)}
      </Text>
      <table className="waterfall">
        <WaterfallHead />
        <tbody>
          <Line name={say("whyBaseline")} figure={baseline} text={sum(baseline)} kind="baseline">
            <Point at={baselineAt} zeroAt={zeroAt} />
          </Line>
          {bars.map(({ column, value, contribution, from, to }) => (
            <Line
              key={column}
              name={column}
              value={valueText(value, format.number) ?? say("fieldMissing")}
              figure={contribution}
              text={addend(contribution)}
              kind="contribution"
            >
              <Step from={from} to={to} zeroAt={zeroAt} />
            </Line>
          ))}
          {others !== null && (
            <Line
              name={say("whyOthers", { count: others.count })}
              figure={others.contribution}
              text={addend(others.contribution)}
              kind="contribution"
            >
              <Step from={others.from} to={others.to} zeroAt={zeroAt} />
            </Line>
          )}
          <Line name={say("whyTotal")} figure={score} text={sum(score)} kind="total">
            <Point at={totalAt} zeroAt={zeroAt} />
          </Line>
        </tbody>
      </table>
      <Text size="xs" c="dimmed" mt="xs">
        {say("whySum", {
          baseline: sum(baseline),
          contributions: addend(score - baseline),
          score: sum(score),
        })}
      </Text>
      {(others !== null || isWhole) && (
        <Button size="compact-xs" variant="subtle" onClick={() => setIsWhole(!isWhole)}>
          {isWhole
            ? say("whyShowFewer", { count: barsShown })
            : say("whyShowAll", { count: contributions.length })}
        </Button>
      )}
    </section>
  )
}

function whySentence(say: Say, { unit, output }: Explanation, target: string): string {
  if (unit === "target") return say("whyTarget", { target })
  const named = { output: output ?? target }
  return unit === "log-odds" ? say("whyLogOdds", named) : say("whyClassScore", named)
}

function WaterfallHead() {
  const { say } = useLanguage()
  return (
    <thead>
      <tr>
        <th scope="col">{say("whyColumn")}</th>
        <th scope="col" className="waterfall-value">
          {say("whyValue")}
        </th>
        <th scope="col" className="waterfall-bar">
          <VisuallyHidden>{say("whyBar")}</VisuallyHidden>
        </th>
        <th scope="col" className="figure">
          {say("whyContribution")}
        </th>
      </tr>
    </thead>
  )
}

function Line(properties: {
  readonly name: string
  readonly value?: string
  readonly figure: number
  readonly text: string
  readonly kind: "baseline" | "contribution" | "total"
  readonly children: ReactNode
}) {
  const { name, value, figure, text, kind, children } = properties
  return (
    <tr className={`is-${kind}`}>
      <th scope="row" title={name} colSpan={kind === "contribution" && value !== undefined ? 1 : 2}>
        <span className="waterfall-name">{name}</span>
      </th>
      {value !== undefined && (
        <td className="waterfall-value" title={value}>
          {value}
        </td>
      )}
      <td className="waterfall-bar">{children}</td>
      <td className="figure">
        <data value={String(figure)}>{text}</data>
      </td>
    </tr>
  )
}

function Step(place: { readonly from: number; readonly to: number; readonly zeroAt: number | null }) {
  const { from, to, zeroAt } = place
  const left = Math.min(from, to)
  return (
    <span className="bar-track" aria-hidden>
      <Zero at={zeroAt} />
      <span
        className={to >= from ? "bar is-positive" : "bar is-negative"}
        style={{ left: `${left * 100}%`, width: `max(2px, ${Math.abs(to - from) * 100}%)` }}
      />
    </span>
  )
}

function Point({ at, zeroAt }: { readonly at: number; readonly zeroAt: number | null }) {
  return (
    <span className="bar-track" aria-hidden>
      <Zero at={zeroAt} />
      <span className="bar-point" style={{ left: `${at * 100}%` }} />
    </span>
  )
}

function Zero({ at }: { readonly at: number | null }) {
  return at === null ? null : <span className="bar-zero" style={{ left: `${at * 100}%` }} />
}

/** null is a missing value. */
function valueText(value: Contribution["value"], number: (value: number) => string): string | null {
  if (value === null) return null
  return typeof value === "number" ? number(value) : String(value)
}

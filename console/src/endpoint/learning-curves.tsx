/** @file How each network learned: its loss over the epochs, on the rows that it learned from and on rows held out. */
import { Text, Title } from "@mantine/core"
import { useId } from "react"

import { useLanguage } from "../language.tsx"
import { type CurvePoint, linesOf, type Place } from "./learning-curve.ts"

const width = 220
const height = 96
const margin = 5

export type NamedCurve = {
  readonly name: string
  readonly curve: readonly CurvePoint[]
  readonly isChosen: boolean
}

export function LearningCurves({ curves }: { readonly curves: readonly NamedCurve[] }) {
  const { say } = useLanguage()
  const titleId = useId()
  const hasValidation = curves.some(({ curve }) =>
    curve.some(({ validationLoss }) => validationLoss !== null),
  )
  return (
    <section aria-labelledby={titleId}>
      <Title order={5} size="h6" id={titleId} mt="md">
        {say("curvesTitle")}
      </Title>
      <Text size="xs" c="dimmed">
        {say("curvesWhat")}
      </Text>
      <ul className="curve-legend">
        <li className="is-training">{say("curvesTraining")}</li>
        {hasValidation && <li className="is-validation">{say("curvesValidation")}</li>}
      </ul>
      <ul className="curves">
        {curves.map(({ name, curve, isChosen }) => (
          <li key={name} className={isChosen ? "curve is-chosen" : "curve"}>
            <Chart name={name} curve={curve} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Chart({ name, curve }: { readonly name: string; readonly curve: readonly CurvePoint[] }) {
  const { say, format } = useLanguage()
  const lines = linesOf(curve)
  if (lines === null) return null
  const { training, validation, best, least, most, epochs } = lines
  const lowest = { loss: format.score(best.loss), epoch: format.number(best.epoch) }
  return (
    <figure>
      <figcaption title={name}>{name}</figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={say("curvesPicture", { name, epochs: format.number(epochs), ...lowest })}
      >
        <line className="curve-floor" x1={0} x2={width} y1={height - 1} y2={height - 1} />
        <polyline className="curve-training" points={pointsOf(training)} />
        {validation.length > 0 && <polyline className="curve-validation" points={pointsOf(validation)} />}
        <circle className="curve-best" cx={leftOf(best)} cy={topOf(best)} r={3} />
      </svg>
      <Text size="xs" c="dimmed" className="curve-facts">
        <span>{say("curvesRange", { least: format.score(least), most: format.score(most) })}</span>
        <span>{say("curvesBest", lowest)}</span>
      </Text>
    </figure>
  )
}

function pointsOf(places: readonly Place[]): string {
  return places.map((place) => `${leftOf(place).toFixed(1)},${topOf(place).toFixed(1)}`).join(" ")
}

function leftOf({ x }: Place): number {
  return margin + x * (width - 2 * margin)
}

function topOf({ y }: Place): number {
  return margin + y * (height - 2 * margin)
}

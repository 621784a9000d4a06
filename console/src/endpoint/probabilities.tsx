/** @file The probability of each class as a bar; the threshold of a yes-or-no question as a mark on it. */
import { Text } from "@mantine/core"

import { useLanguage } from "../language.tsx"
import type { Signature } from "./row.ts"

const classesShown = 6

export function Probabilities(properties: {
  readonly signature: Signature
  readonly probabilities: Readonly<Record<string, number>>
  readonly label: string
}) {
  const { signature, probabilities, label } = properties
  const { say, format } = useLanguage()
  const entries = Object.entries(probabilities).sort(([, a], [, b]) => b - a)
  const shown = entries.length <= classesShown + 1 ? entries : entries.slice(0, classesShown)
  const rest = entries.slice(shown.length)
  const { threshold } = signature
  const positive = signature.positiveClass === null ? null : String(signature.positiveClass)
  return (
    <div>
      <ul className="probabilities">
        {shown.map(([name, probability]) => (
          <li key={name} className={name === label ? "is-answer" : ""}>
            <span className="class-name" title={name}>
              {name}
            </span>
            <meter
              className="probability"
              min={0}
              max={1}
              value={probability}
              aria-label={say("answerProbability", { label: name })}
            />
            <span className="track" aria-hidden>
              <span className="fill" style={{ width: `${probability * 100}%` }} />
              {threshold !== null && name === positive && (
                <span className="threshold" style={{ left: `${threshold * 100}%` }} />
              )}
            </span>
            <data value={String(probability)} className="figure">
              {format.percent(probability)}
            </data>
          </li>
        ))}
      </ul>
      {rest.length > 0 && (
        <Text size="xs" c="dimmed">
          {say("answerMoreClasses", {
            count: rest.length,
            share: format.percent(rest.reduce((sum, [, probability]) => sum + probability, 0)),
          })}
        </Text>
      )}
      {threshold !== null && positive !== null && (
        <Text size="xs" c="dimmed" mt={4}>
          {say("answerThreshold", { label: positive, threshold: format.percent(threshold) })}
        </Text>
      )}
    </div>
  )
}

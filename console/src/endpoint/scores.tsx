/** @file How good the model was on its test rows, beside a guess that looks at nothing. */
import { Text } from "@mantine/core"

import { useLanguage } from "../language.tsx"
import { metricText } from "../parts/metric.ts"
import type { ModelVersion, Score } from "../server.ts"

export function Scores({ report }: { readonly report: ModelVersion["report"] }) {
  const { say, format } = useLanguage()
  const { test, dataset } = report
  return (
    <section className="scores" aria-label={say("scoresTitle", { rows: format.number(test.rowCount) })}>
      <Text size="xs" c="dimmed">
        {say("scoresTitle", { rows: format.number(test.rowCount) })}
      </Text>
      <dl className="facts is-small">
        {test.scores.map((score) => (
          <ScoreFact key={score.name} name={metricText(score.name)} score={score} />
        ))}
        <ScoreFact
          name={say("scoreBaseline", { metric: metricText(test.baseline.name) })}
          score={test.baseline}
        />
      </dl>
      <Text size="xs" c="dimmed">
        {say("scoreOrigin", {
          dataset: dataset.name,
          version: dataset.version,
          rows: format.number(dataset.rowCount),
        })}
      </Text>
    </section>
  )
}

function ScoreFact({ name, score }: { readonly name: string; readonly score: Score }) {
  const { say, format } = useLanguage()
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>
        {format.score(score.value)}
        <span className="interval">
          {say("scoreInterval", { low: format.score(score.low), high: format.score(score.high) })}
        </span>
      </dd>
    </div>
  )
}

/** @file What was compared before this model was chosen, with the learning curves of its networks. */
import { Table, Text, VisuallyHidden } from "@mantine/core"

import { type Say, useLanguage } from "../language.tsx"
import { metricText } from "../parts/metric.ts"
import { TableFrame } from "../parts/table-frame.tsx"
import type { ModelVersion } from "../server.ts"
import { LearningCurves } from "./learning-curves.tsx"

type Entry = ModelVersion["report"]["leaderboard"][number]
export type Learner = Entry["learner"]

export function Leaderboard({ report }: { readonly report: ModelVersion["report"] }) {
  const { say } = useLanguage()
  const { leaderboard, primaryMetric } = report
  const metric = metricText(primaryMetric)
  const curves = leaderboard.flatMap((entry) =>
    entry.curve === null ? [] : [{ name: settingsText(entry), curve: entry.curve, isChosen: entry.isChosen }],
  )
  return (
    <details className="leaderboard">
      <summary>{say("leaderboardTitle", { count: leaderboard.length })}</summary>
      <Text size="xs" c="dimmed" my={6}>
        {say("leaderboardWhat", { metric })}
      </Text>
      <TableFrame>
        <Table verticalSpacing={4} className="list">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{say("leaderboardLearner")}</Table.Th>
              <Table.Th scope="col">{say("leaderboardSettings")}</Table.Th>
              <Table.Th scope="col" className="leaderboard-figure">
                {metric}
              </Table.Th>
              <Table.Th scope="col" className="leaderboard-figure">
                {say("leaderboardTime")}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {leaderboard.map((entry) => (
              <Line key={`${entry.learner} ${settingsText(entry)}`} entry={entry} />
            ))}
          </Table.Tbody>
        </Table>
      </TableFrame>
      {curves.length > 0 && <LearningCurves curves={curves} />}
    </details>
  )
}

function Line({ entry }: { readonly entry: Entry }) {
  const { say, format } = useLanguage()
  const { learner, validation, fitMs, isChosen } = entry
  const interval = { low: format.score(validation.low), high: format.score(validation.high) }
  return (
    <Table.Tr className={isChosen ? "is-chosen" : ""}>
      <Table.Th scope="row">
        {learnerText(learner, say)}
        {isChosen && (
          <>
            <span aria-hidden> ●</span>
            <VisuallyHidden>{` ${say("leaderboardChosen")}`}</VisuallyHidden>
          </>
        )}
      </Table.Th>
      <Table.Td>{settingsText(entry)}</Table.Td>
      <Table.Td className="leaderboard-figure">
        {format.score(validation.value)}
        <span className="interval">{say("scoreInterval", interval)}</span>
      </Table.Td>
      <Table.Td className="leaderboard-figure">{format.duration(fitMs)}</Table.Td>
    </Table.Tr>
  )
}

export function learnerText(learner: Learner, say: Say): string {
  switch (learner) {
    case "constant":
      return say("learnerConstant")
    case "linear":
      return say("learnerLinear")
    case "network":
      return say("learnerNetwork")
  }
}

/** By the names that API and command line have; of a network what tells it from the others. */
function settingsText({ learner, parameters }: Entry): string {
  const shown =
    learner === "network" ? ["layers", "learningRate", "dropout", "l1", "l2"] : Object.keys(parameters)
  return shown
    .flatMap((name) => {
      const value = parameters[name]
      if (value === undefined || value === 0) return []
      return [`${name} ${typeof value === "number" ? Number(value.toPrecision(4)) : value}`]
    })
    .join(" · ")
}

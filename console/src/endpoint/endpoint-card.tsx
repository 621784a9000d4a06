/** @file One endpoint: its facts in one line; opened, a form to try it beside the answer. */
import { Accordion, Group, Text } from "@mantine/core"
import { useState } from "react"

import { type Say, useLanguage } from "../language.tsx"
import { Loading } from "../parts/loading.tsx"
import { metricText } from "../parts/metric.ts"
import { Notice } from "../parts/notice.tsx"
import { Pill } from "../parts/pill.tsx"
import { useModelVersion } from "../queries.ts"
import type { Endpoint, ModelVersion } from "../server.ts"
import { Leaderboard } from "./leaderboard.tsx"
import { Scores } from "./scores.tsx"
import { Trial } from "./trial.tsx"

export function EndpointCard(properties: {
  readonly endpoint: Endpoint
  readonly isOpen: boolean
  readonly needsKey: boolean
}) {
  const { endpoint, isOpen, needsKey } = properties
  const { say } = useLanguage()
  const version = useModelVersion({ name: endpoint.model, version: endpoint.version })
  const [wasOpen, setWasOpen] = useState(isOpen)
  // Once built, the form stays, so that closing the card loses nothing that was typed.
  if (isOpen && !wasOpen) setWasOpen(true)
  return (
    <Accordion.Item value={endpoint.name}>
      <Accordion.Control>
        <Summary endpoint={endpoint} version={version.data ?? null} />
      </Accordion.Control>
      <Accordion.Panel>
        {endpoint.missingInstances.length > 0 && (
          <div className="missing-instances">
            <Notice kind="care">
              <Text size="sm">
                {say("endpointMissing", { instances: endpoint.missingInstances.join(", ") })}
              </Text>
            </Notice>
          </div>
        )}
        {wasOpen && version.isPending && <Loading lines={6} />}
        {wasOpen && !version.isPending && (
          <>
            {version.data !== undefined && <Scores report={version.data.report} />}
            {version.data !== undefined && <Leaderboard report={version.data.report} />}
            <Trial
              key={`${endpoint.model} ${endpoint.version}`}
              endpoint={endpoint}
              report={version.data?.report ?? null}
              needsKey={needsKey}
            />
          </>
        )}
      </Accordion.Panel>
    </Accordion.Item>
  )
}

function Summary({
  endpoint,
  version,
}: {
  readonly endpoint: Endpoint
  readonly version: ModelVersion | null
}) {
  const { say, format } = useLanguage()
  const { name, model, signature, state, strict } = endpoint
  const metric = version?.primaryMetric
  return (
    <span className="summary">
      <span className="summary-name">
        <span className="summary-title">{name}</span>
        {state === "ready" ? (
          <Pill kind="good" text={say("endpointReady")} />
        ) : (
          <Pill kind="care" text={say("endpointLoading")} />
        )}
        {strict && <Pill kind="quiet" text={say("endpointStrict")} />}
      </span>
      <Group component="span" gap={6} className="summary-facts">
        <span>{say("endpointPredicts", { target: signature.target })}</span>
        <span>{taskText(signature, say)}</span>
        <span>{say("endpointModel", { model, version: endpoint.version })}</span>
      </Group>
      {metric !== undefined && (
        <span className="summary-score">
          <Text component="span" size="sm" fw={600}>
            {`${metricText(metric.name)} ${format.score(metric.value)}`}
          </Text>
          <Text component="span" size="xs" c="dimmed">
            {say("scoreInterval", { low: format.score(metric.low), high: format.score(metric.high) })}
          </Text>
        </span>
      )}
    </span>
  )
}

function taskText({ task, classes }: Endpoint["signature"], say: Say): string {
  switch (task) {
    case "binary":
      return say("taskBinary")
    case "multiclass":
      return say("taskMulticlass", { count: classes?.length ?? 0 })
    case "regression":
      return say("taskRegression")
  }
}

/** @file One job: what it does, how far it is, or how it ended. */
import { Group, Progress, Text } from "@mantine/core"

import { type Say, useLanguage } from "../language.tsx"
import { Pill, type PillKind } from "../parts/pill.tsx"
import { Prose } from "../parts/prose.tsx"
import { isActive } from "../queries.ts"
import type { Job } from "../server.ts"

export function JobLine({ job }: { readonly job: Job }) {
  const { say, format } = useLanguage()
  const { progress, error } = job
  const share = shareOf(progress)
  return (
    <li className="job">
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <Text component="span" size="sm" fw={600}>
            {kindText(job.kind, say)}
          </Text>
          <Pill kind={kinds[job.state]} text={stateText(job.state, say)} />
          {job.attempt > 1 && (
            <Text component="span" size="xs" c="dimmed">
              {say("jobAttempt", { attempt: job.attempt })}
            </Text>
          )}
        </Group>
        <JobTime job={job} />
      </Group>
      {job.state === "running" && (
        <Progress
          mt={6}
          size="sm"
          value={(share ?? 1) * 100}
          striped={share === null}
          animated={share === null}
          aria-label={say("jobProgress", { job: kindText(job.kind, say) })}
        />
      )}
      {isActive(job) && progress !== null && (
        <Text size="xs" c="dimmed" mt={4}>
          {[phaseText(progress.phase, say), progress.message, share === null ? null : format.percent(share)]
            .filter(Boolean)
            .join(" · ")}
        </Text>
      )}
      {error !== null && (
        <Text size="sm" mt={4}>
          <Prose text={error.message} /> <code className="code-name">{error.code}</code>
        </Text>
      )}
    </li>
  )
}

function JobTime({ job }: { readonly job: Job }) {
  const { say, format } = useLanguage()
  const { startedAt, finishedAt } = job
  if (startedAt === null) return null
  const isRunning = finishedAt === null
  const durationMs = Math.max(0, (isRunning ? Date.now() : Date.parse(finishedAt)) - Date.parse(startedAt))
  const duration = format.duration(isRunning ? Math.max(1, Math.floor(durationMs / 1000)) * 1000 : durationMs)
  return (
    <Text component="span" size="xs" c="dimmed">
      {isRunning ? say("jobElapsed", { duration }) : say("jobTook", { duration })}
      {!isRunning && (
        <time dateTime={finishedAt} title={format.moment(finishedAt)}>
          {` · ${format.ago(finishedAt, Date.now())}`}
        </time>
      )}
    </Text>
  )
}

const kinds: Readonly<Record<Job["state"], PillKind>> = {
  queued: "quiet",
  running: "busy",
  succeeded: "good",
  failed: "bad",
  cancelled: "quiet",
}

function stateText(state: Job["state"], say: Say): string {
  switch (state) {
    case "queued":
      return say("jobQueued")
    case "running":
      return say("jobRunning")
    case "succeeded":
      return say("jobSucceeded")
    case "failed":
      return say("jobFailed")
    case "cancelled":
      return say("jobCancelled")
  }
}

/** Kinds that this page has no words for are shown by their own name. */
function kindText(kind: string, say: Say): string {
  if (kind === "collect.import") return say("jobImport")
  return kind === "train.fit" ? say("jobTrain") : kind
}

/** A phase that this page has no words for is shown by its own name. */
function phaseText(phase: string, say: Say): string {
  switch (phase) {
    case "reading":
      return say("phaseReading")
    case "converting":
      return say("phaseConverting")
    case "profiling":
      return say("phaseProfiling")
    case "comparing":
      return say("phaseComparing")
    case "refitting":
      return say("phaseRefitting")
    case "scoring":
      return say("phaseScoring")
    default:
      return phase
  }
}

/** null when nobody knows how much there is. */
function shareOf(progress: Job["progress"]): number | null {
  if (progress === null || progress.total === null || progress.total <= 0) return null
  return Math.min(1, progress.done / progress.total)
}

/** @file Jobs: those that wait or run with their progress, then the few that ended last. */
import { Text } from "@mantine/core"

import { useLanguage } from "../language.tsx"
import { Failure } from "../parts/failure.tsx"
import { Loading } from "../parts/loading.tsx"
import { Section } from "../parts/section.tsx"
import { isActive, useJobs } from "../queries.ts"
import { JobLine } from "./job-line.tsx"

const endedShown = 3

export function Jobs() {
  const { say } = useLanguage()
  const { data, error, refetch } = useJobs()
  const active = data?.items.filter(isActive) ?? []
  const ended = data?.items.filter((job) => !isActive(job)).slice(0, endedShown) ?? []
  return (
    <Section title={say("jobsTitle")}>
      {data === undefined && error === null && <Loading lines={2} />}
      {data === undefined && error !== null && (
        <Failure title={say("failureTitle")} error={error} onTryAgain={() => void refetch()} />
      )}
      {data?.items.length === 0 && (
        <Text size="sm" c="dimmed">
          {say("jobsNone")}
        </Text>
      )}
      <ul className="jobs">
        {[...active, ...ended].map((job) => (
          <JobLine key={job.id} job={job} />
        ))}
      </ul>
    </Section>
  )
}

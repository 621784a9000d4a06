/** @file The endpoints, the first one open; what to type when there is none. */
import { Accordion, Text } from "@mantine/core"
import { useState } from "react"

import { EndpointCard } from "../endpoint/endpoint-card.tsx"
import { useLanguage } from "../language.tsx"
import { Failure } from "../parts/failure.tsx"
import { Loading } from "../parts/loading.tsx"
import { Prose } from "../parts/prose.tsx"
import { Section } from "../parts/section.tsx"
import { useEndpoints } from "../queries.ts"
import { EmptyState } from "./empty-state.tsx"

/** `needsKey`: does a call need an API key? */
export function Endpoints({ needsKey }: { readonly needsKey: boolean }) {
  const { say } = useLanguage()
  const { data, error, refetch } = useEndpoints()
  const [chosen, setChosen] = useState<readonly string[] | null>(null)
  const first = data?.items[0]
  const opened = chosen ?? (first === undefined ? [] : [first.name])
  return (
    <Section title={say("endpointsTitle")}>
      {data === undefined && error === null && <Loading lines={6} />}
      {data === undefined && error !== null && (
        <Failure title={say("failureTitle")} error={error} onTryAgain={() => void refetch()} />
      )}
      {data?.items.length === 0 && <EmptyState />}
      {data !== undefined && data.items.length > 0 && (
        <Accordion
          multiple
          variant="separated"
          value={[...opened]}
          onChange={setChosen}
          order={3}
          className="endpoints"
        >
          {data.items.map((endpoint) => (
            <EndpointCard
              key={endpoint.name}
              endpoint={endpoint}
              isOpen={opened.includes(endpoint.name)}
              needsKey={needsKey}
            />
          ))}
        </Accordion>
      )}
      {data !== undefined && data.nextCursor !== null && (
        <Text size="xs" c="dimmed" mt="xs">
          <Prose text={say("endpointsMore", { count: data.items.length })} />
        </Text>
      )}
    </Section>
  )
}

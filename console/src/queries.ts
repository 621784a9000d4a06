/** @file What the pages ask the server for, how often, and when an answer counts as old. */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query"
import { useEffect, useRef } from "react"

import type { Row } from "./endpoint/row.ts"
import { useLanguage } from "./language.tsx"
import { type Job, type Operations, QuernstoneError } from "./server.ts"
import { useSession } from "./session.tsx"

/** How often each is asked for while the page is in front; a page in the background asks for nothing. */
const serverEveryMs = 5_000
const lostEveryMs = 2_000
const activeJobsEveryMs = 1_000
const listsEveryMs = 5_000
/** The most that a list on this page shows; the command line shows the rest. */
const listedMax = 100
const jobsListed = 20

/** A refused key stays refused until another one comes, so it is not sent again and again. */
function orWhenLost(everyMs: number) {
  return ({ state: { error } }: { readonly state: { readonly error: Error | null } }) => {
    if (error === null) return everyMs
    const isRefused = error instanceof QuernstoneError && (error.status === 401 || error.status === 403)
    return isRefused ? false : lostEveryMs
  }
}

export function useServerState() {
  const { server } = useSession()
  return useQuery({
    queryKey: ["server"],
    queryFn: ({ signal }) => server.getServer({ signal }),
    refetchInterval: orWhenLost(serverEveryMs),
  })
}

/** The newest jobs; every second while one waits or runs. When one ends, the lists that it may have changed are asked for again. */
export function useJobs() {
  const { server } = useSession()
  const cache = useQueryClient()
  const query = useQuery({
    queryKey: ["jobs"],
    queryFn: ({ signal }) => server.listJobs({ query: { limit: jobsListed }, signal }),
    refetchInterval: (query) =>
      query.state.error === null && query.state.data?.items.some(isActive)
        ? activeJobsEveryMs
        : orWhenLost(serverEveryMs)(query),
  })
  const ended = query.data?.items
    .filter((job) => !isActive(job))
    .map(({ id }) => id)
    .join(" ")
  const endedBefore = useRef(ended)
  useEffect(() => {
    if (endedBefore.current !== undefined && endedBefore.current !== ended)
      for (const list of ["server", "endpoints", "models", "datasets"])
        void cache.invalidateQueries({ queryKey: [list] })
    endedBefore.current = ended
  }, [ended, cache])
  return query
}

export function isActive(job: Job): boolean {
  return job.state === "queued" || job.state === "running"
}

export function useEndpoints() {
  const { server } = useSession()
  return useQuery({
    queryKey: ["endpoints"],
    queryFn: ({ signal }) => server.listEndpoints({ query: { limit: listedMax }, signal }),
    refetchInterval: orWhenLost(listsEveryMs),
  })
}

export function useModels() {
  const { server } = useSession()
  return useQuery({
    queryKey: ["models"],
    queryFn: ({ signal }) => server.listModels({ query: { limit: listedMax }, signal }),
    refetchInterval: orWhenLost(listsEveryMs),
  })
}

export function useDatasets() {
  const { server } = useSession()
  return useQuery({
    queryKey: ["datasets"],
    queryFn: ({ signal }) => server.listDatasets({ query: { limit: listedMax }, signal }),
    refetchInterval: orWhenLost(listsEveryMs),
  })
}

/** A version never changes, so it is asked for once. */
export function useModelVersion(model: { readonly name: string; readonly version: number }) {
  const { server } = useSession()
  return useQuery({
    queryKey: ["model-version", model.name, model.version],
    queryFn: ({ signal }) => server.getModelVersion({ ...model, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** A row that was sent; `count` tells two presses with the same row apart. */
export type Question = { readonly row: Row; readonly count: number }

export type Answer = {
  readonly response: Operations["predict"]["response"]
  readonly question: Question
  readonly durationMs: number
}

/** A query and no mutation, so that a change of language asks again: the warnings are sentences of the server. */
export function useAnswer(
  endpoint: string,
  { question, isExplained }: { readonly question: Question | null; readonly isExplained: boolean },
) {
  const { server } = useSession()
  const { language } = useLanguage()
  return useQuery({
    queryKey: ["answer", endpoint, question, language],
    queryFn: async ({ signal }): Promise<Answer> => {
      if (question === null) throw new Error("no row was sent")
      const startMs = performance.now()
      const response = await server.predict({
        name: endpoint,
        query: { explain: isExplained ? "true" : "false" },
        body: { rows: [question.row] },
        signal,
      })
      return { response, question, durationMs: performance.now() - startMs }
    },
    enabled: question !== null,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    placeholderData: keepPreviousData,
  })
}

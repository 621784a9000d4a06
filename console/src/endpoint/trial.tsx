/** @file Trying an endpoint: a row on one side, the answer and its reasons on the other, the same call for a terminal below. */
import { useEffect, useRef, useState } from "react"

import { type Question, useAnswer } from "../queries.ts"
import { type Endpoint, type ModelVersion, QuernstoneError } from "../server.ts"
import { Curl } from "./curl.tsx"
import { Prediction } from "./prediction.tsx"
import { type FieldTexts, rowOf, textsOf } from "./row.ts"
import { RowForm } from "./row-form.tsx"

export function Trial(properties: {
  readonly endpoint: Endpoint
  /** null when it could not be loaded: the examples of the signature serve then. */
  readonly report: ModelVersion["report"] | null
  readonly needsKey: boolean
}) {
  const { endpoint, report, needsKey } = properties
  const { columns } = endpoint.signature
  const example = textsOf(columns, report?.example.row ?? {})
  const [texts, setTexts] = useState<FieldTexts>(example)
  const [isChecked, setIsChecked] = useState(false)
  const [question, setQuestion] = useState<Question | null>(null)
  const learner = report?.leaderboard.find(({ isChosen }) => isChosen)?.learner ?? null
  // Unknown learners are asked why: what cannot be explained says so itself.
  const isExplained = learner !== "constant"
  const answer = useAnswer(endpoint.name, { question, isExplained })
  const { row, problems } = rowOf(columns, texts)
  const refused = answer.error instanceof QuernstoneError ? answer.error.problems : []
  const answerPlace = useRef<HTMLDivElement>(null)
  const answered = answer.isFetching ? null : (question?.count ?? null)
  const shown = useRef<number | null>(null)
  useEffect(() => {
    if (answered === null || answered === shown.current) return
    shown.current = answered
    bringIntoView(answerPlace.current)
  }, [answered])
  const predict = () => {
    setIsChecked(true)
    if (problems.size === 0) setQuestion({ row, count: (question?.count ?? 0) + 1 })
  }
  const isExample = question !== null && isSameRow(question.row, rowOf(columns, example).row)
  return (
    <div className="trial">
      <div className="trial-form">
        <RowForm
          endpoint={endpoint.name}
          columns={columns}
          importance={report?.importance.map(({ column }) => column) ?? []}
          texts={texts}
          problems={isChecked ? problems : new Map()}
          refused={refused}
          isBusy={answer.isFetching}
          onChange={(name, text) => setTexts((current) => ({ ...current, [name]: text }))}
          onReset={() => {
            setTexts(example)
            setIsChecked(false)
          }}
          onPredict={predict}
        />
      </div>
      <div className="trial-answer" ref={answerPlace}>
        <Prediction
          signature={endpoint.signature}
          answer={answer.data ?? null}
          error={answer.error}
          isBusy={answer.isFetching}
          unexplained={isExplained ? null : learner}
          isOld={question !== null && !isSameRow(question.row, row)}
          truth={isExample ? (report?.example.answer ?? null) : null}
        />
      </div>
      <div className="trial-curl">
        <Curl endpoint={endpoint.name} row={row} needsKey={needsKey} isExplained={isExplained} />
      </div>
    </div>
  )
}

function isSameRow(a: Question["row"], b: Question["row"]): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** On a narrow page the answer stands below a long form; one that can be seen is left where it is. */
function bringIntoView(place: HTMLElement | null): void {
  if (place === null) return
  const { top, bottom } = place.getBoundingClientRect()
  if (top > window.innerHeight * 0.8 || bottom < 0) place.scrollIntoView()
}

/** @file The answer to a row: the value or the class, what to take care of, and why. */
import { Loader, Stack, Text, Title } from "@mantine/core"

import { useLanguage } from "../language.tsx"
import { Failure } from "../parts/failure.tsx"
import { Notice } from "../parts/notice.tsx"
import { Prose } from "../parts/prose.tsx"
import type { Answer } from "../queries.ts"
import { Contributions } from "./contributions.tsx"
import { type Learner, learnerText } from "./leaderboard.tsx"
import { Probabilities } from "./probabilities.tsx"
import type { Cell, Signature } from "./row.ts"

export function Prediction(properties: {
  readonly signature: Signature
  readonly answer: Answer | null
  readonly error: Error | null
  readonly isBusy: boolean
  /** The learner, when it has no reasons to give; null when it has. */
  readonly unexplained: Learner | null
  /** Has the row changed since the answer? */
  readonly isOld: boolean
  /** What the data say of this row; null when it is not a row of the data. */
  readonly truth: Cell
}) {
  const { signature, answer, error, isBusy, isOld, truth, unexplained } = properties
  const { say } = useLanguage()
  return (
    <section aria-label={say("answerTitle")} aria-busy={isBusy} className="answer">
      <Title order={4} size="h5" mb="xs">
        {say("answerTitle")}
      </Title>
      {error !== null && <Failure title={say("answerFailed")} error={error} />}
      {error === null && answer === null && !isBusy && (
        <Text size="sm" c="dimmed">
          {unexplained === null ? say("answerNone") : say("answerNoneYet")}
        </Text>
      )}
      {error === null && answer === null && isBusy && <Loader size="sm" aria-label={say("answerBusy")} />}
      {error === null && answer !== null && (
        <>
          {isOld && !isBusy && (
            <Text size="xs" c="dimmed" mb="xs" role="status">
              {say("answerOld")}
            </Text>
          )}
          <div className={isOld ? "is-old" : ""}>
            <AnswerBody signature={signature} answer={answer} truth={truth} unexplained={unexplained} />
          </div>
        </>
      )}
    </section>
  )
}

function AnswerBody(properties: {
  readonly signature: Signature
  readonly answer: Answer
  readonly truth: Cell
  readonly unexplained: Learner | null
}) {
  const { signature, answer, truth, unexplained } = properties
  const { say, format } = useLanguage()
  const { response, durationMs } = answer
  const [prediction] = response.predictions
  const explanation = response.explanations?.[0]
  if (prediction === undefined) return null
  if ("error" in prediction)
    return (
      <Notice kind="bad" title={say("answerFailed")}>
        <Prose text={prediction.error.message} />
      </Notice>
    )
  return (
    <Stack gap="md">
      <div role="status">
        <Text size="sm" c="dimmed">
          {signature.target}
        </Text>
        <p className="answer-value">
          <data value={String("prediction" in prediction ? prediction.prediction : prediction.label)}>
            {"prediction" in prediction ? format.number(prediction.prediction) : String(prediction.label)}
          </data>
        </p>
        <Text size="xs" c="dimmed">
          {truth !== null && `${say("answerTruth", { target: signature.target, answer: String(truth) })} `}
          {say("answerTook", { duration: format.duration(durationMs), version: response.version })}
        </Text>
      </div>
      {"probabilities" in prediction && (
        <Probabilities
          signature={signature}
          probabilities={prediction.probabilities}
          label={String(prediction.label)}
        />
      )}
      {response.warnings.length > 0 && (
        <Notice kind="care" title={say("answerWarnings")}>
          <ul className="problems">
            {response.warnings.map(({ code, column, message }) => (
              <li key={`${code} ${column}`}>
                <Prose text={message} />
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {explanation !== undefined && <Contributions explanation={explanation} target={signature.target} />}
      {explanation === undefined && unexplained !== null && (
        <Text size="xs" c="dimmed">
          <Prose text={say("whyNone", { learner: learnerText(unexplained, say) })} />
        </Text>
      )}
    </Stack>
  )
}

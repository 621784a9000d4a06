/** @file Something that could not be had: the server's sentence, its code, its problems, and a way to try again. */
import { Button, Group, Text } from "@mantine/core"

import { useLanguage } from "../language.tsx"
import { QuernstoneError } from "../server.ts"
import { Notice } from "./notice.tsx"
import { Prose } from "./prose.tsx"

export function Failure(properties: {
  readonly title: string
  readonly error: Error
  readonly onTryAgain?: () => void
}) {
  const { title, error, onTryAgain } = properties
  const { say } = useLanguage()
  const isOurs = error instanceof QuernstoneError
  return (
    <Notice kind="bad" title={title}>
      <Text size="sm">
        <Prose text={isOurs ? error.message : say("failureUnknown", { message: error.message })} />
      </Text>
      {isOurs && error.problems.length > 0 && (
        <ul className="problems">
          {error.problems.map((problem) => (
            <li key={`${problem.code} ${problem.column} ${problem.message}`}>
              <Prose text={problem.message} />
            </li>
          ))}
        </ul>
      )}
      <Group gap="sm" mt="xs">
        {isOurs && <code className="code-name">{error.code}</code>}
        {onTryAgain !== undefined && (
          <Button size="compact-sm" variant="default" onClick={onTryAgain}>
            {say("tryAgain")}
          </Button>
        )}
      </Group>
    </Notice>
  )
}

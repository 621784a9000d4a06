/** @file The call that this form makes, for a terminal. */
import { Text } from "@mantine/core"

import { useLanguage } from "../language.tsx"
import { CopyBlock } from "../parts/copy-block.tsx"
import { serverAddress } from "../server.ts"
import { curlText } from "./curl-text.ts"
import type { Row } from "./row.ts"

export function Curl(properties: {
  readonly endpoint: string
  readonly row: Row
  readonly needsKey: boolean
  readonly isExplained: boolean
}) {
  const { endpoint, row, needsKey, isExplained } = properties
  const { say } = useLanguage()
  const text = curlText({ server: serverAddress(), endpoint, row, needsKey, isExplained })
  return (
    <div>
      <Text size="sm" fw={600}>
        {say("curlTitle")}
      </Text>
      {needsKey && (
        <Text size="xs" c="dimmed">
          {say("curlKey")}
        </Text>
      )}
      <CopyBlock text={text} label={say("curlTitle")} />
    </div>
  )
}

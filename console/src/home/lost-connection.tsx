/** @file Says that the server does not answer, and how old what is shown is. */
import { Group, Loader, Text } from "@mantine/core"

import { useLanguage } from "../language.tsx"
import { Notice } from "../parts/notice.tsx"
import { Prose } from "../parts/prose.tsx"
import { serverAddress } from "../server.ts"

/** `sinceMs` is when the last answer came; null when none ever did. */
export function LostConnection({ sinceMs }: { readonly sinceMs: number | null }) {
  const { say, format } = useLanguage()
  return (
    <Notice kind="bad" title={say("lostTitle")}>
      <Group gap="sm" wrap="nowrap">
        <Loader size="xs" color="red" aria-hidden />
        <Text size="sm">
          <Prose
            text={
              sinceMs === null
                ? say("lostNever", { address: serverAddress() })
                : say("lostSince", { time: format.clock(sinceMs) })
            }
          />
        </Text>
      </Group>
    </Notice>
  )
}

/** @file The place of something that is on its way, as high as it will about be. */
import { Skeleton, Stack, VisuallyHidden } from "@mantine/core"

import { useLanguage } from "../language.tsx"

const widths = ["100%", "92%", "97%", "85%", "94%", "70%"]

export function Loading({ lines }: { readonly lines: number }) {
  const { say } = useLanguage()
  return (
    <Stack gap="xs" role="status">
      <VisuallyHidden>{say("loading")}</VisuallyHidden>
      {widths.slice(0, lines).map((width) => (
        <Skeleton key={width} height={18} width={width} />
      ))}
    </Stack>
  )
}

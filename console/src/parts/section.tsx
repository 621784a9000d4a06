/** @file A part of the page with its heading. */
import { Group, Title } from "@mantine/core"
import { type ReactNode, useId } from "react"

export function Section(properties: {
  readonly title: string
  readonly aside?: ReactNode
  readonly children: ReactNode
}) {
  const { title, aside, children } = properties
  const id = useId()
  return (
    <section aria-labelledby={id} className="section">
      <Group justify="space-between" align="baseline" mb="xs">
        <Title order={2} size="h4" id={id}>
          {title}
        </Title>
        {aside}
      </Group>
      {children}
    </section>
  )
}

/** @file A box that says something out of the ordinary: to take care of, or gone wrong. */
import { Alert } from "@mantine/core"
import type { ReactNode } from "react"

export function Notice(properties: {
  readonly kind: "care" | "bad"
  readonly title?: string
  readonly children: ReactNode
}) {
  const { kind, title, children } = properties
  return (
    <Alert
      variant="default"
      title={title}
      className={`notice is-${kind}`}
      role={kind === "bad" ? "alert" : "note"}
    >
      {children}
    </Alert>
  )
}

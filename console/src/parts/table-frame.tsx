/** @file The frame of a table; on a narrow page the table scrolls inside it. */
import type { ReactNode } from "react"

export function TableFrame({ children }: { readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className="list-frame" tabIndex={0}>
      {children}
    </div>
  )
}

/** @file Text for a terminal, with a button that copies it. */
import { Button } from "@mantine/core"
import { useRef, useState } from "react"

import { useLanguage } from "../language.tsx"

type Outcome = "none" | "copied" | "selected"

export function CopyBlock({ text, label }: { readonly text: string; readonly label: string }) {
  const { say } = useLanguage()
  const block = useRef<HTMLPreElement>(null)
  const [outcome, setOutcome] = useState<Outcome>("none")
  const copy = async () => {
    setOutcome((await isCopied(text)) ? "copied" : "selected")
    if (block.current !== null) window.getSelection()?.selectAllChildren(block.current)
  }
  return (
    <section className="copy-block" aria-label={label}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a block that scrolls must be reachable by keyboard */}
      <pre ref={block} tabIndex={0}>
        {text}
      </pre>
      <Button
        size="compact-xs"
        variant="default"
        className="copy-button"
        onClick={() => void copy()}
        onBlur={() => setOutcome("none")}
        aria-live="polite"
      >
        {outcome === "none" ? say("copy") : outcome === "copied" ? say("copied") : say("copySelected")}
      </Button>
    </section>
  )
}

/** Browsers give the clipboard to secure pages only; on plain HTTP the reader copies the selected text. */
async function isCopied(text: string): Promise<boolean> {
  if (!window.isSecureContext) return false
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

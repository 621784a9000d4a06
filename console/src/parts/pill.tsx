/** @file A state in one word. */

export type PillKind = "good" | "busy" | "bad" | "care" | "quiet"

export function Pill({ kind, text }: { readonly kind: PillKind; readonly text: string }) {
  return <span className={`pill is-${kind}`}>{text}</span>
}

/** @file A sentence of the catalogue or of the server; what stands in backticks is something to type. */

export function Prose({ text }: { readonly text: string }) {
  const parts = text.split("`")
  // The number of parts is odd when every backtick has its partner; else the text is shown as it is.
  if (parts.length % 2 === 0) return text
  return parts.map((part, index) => {
    const key = `${index} ${part}`
    return index % 2 === 1 ? <code key={key}>{part}</code> : <span key={key}>{part}</span>
  })
}

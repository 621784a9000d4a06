/** @file Text as a terminal shows it: width of wide (CJK) characters, wrapping, cutting, padding. */

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
const invisible = /[\p{M}\p{Cf}\p{Cc}]/u
/** Closing marks never begin a line. */
const closing = /[，。；：、！？）」』”’》〉】,.;:!?)]/u
const styling = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g")

/** Columns that a text takes: 2 for a wide character, 0 for a combining mark or a colour. */
export function textWidth(text: string): number {
  let width = 0
  for (const letter of text.replace(styling, ""))
    if (!invisible.test(letter)) width += wide.test(letter) ? 2 : 1
  return width
}

/** Cut with an ellipsis where it is wider than `width`. */
export function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  let cut = ""
  for (const letter of text) {
    if (textWidth(cut + letter) > width - 1) break
    cut += letter
  }
  return `${cut}…`
}

export function padText(text: string, { width, side }: { width: number; side: "left" | "right" }): string {
  const space = " ".repeat(Math.max(0, width - textWidth(text)))
  return side === "left" ? text + space : space + text
}

/** Breaks at spaces and between wide characters; a word longer than a line stands alone. Line breaks in the text stay. */
export function wrapText(text: string, width: number): string {
  return text
    .split("\n")
    .map((line) => wrapLine(line, width))
    .join("\n")
}

/** Text of others on one line: control characters of a file or a server never reach the terminal. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
}

function wrapLine(line: string, width: number): string {
  const lines: string[] = []
  let current = ""
  for (const piece of piecesOf(line)) {
    if (textWidth((current + piece).trimEnd()) > width && current.trim() !== "") {
      lines.push(current.trimEnd())
      current = piece.trimStart()
    } else current += piece
  }
  return [...lines, current.trimEnd()].join("\n")
}

/** The parts of a line between which it may break. */
function piecesOf(line: string): string[] {
  const pieces: string[] = []
  let word = ""
  for (const letter of line) {
    const isWide = wide.test(letter)
    const last = word.at(-1) ?? ""
    const mayBreakBefore =
      !closing.test(letter) && (letter === " " ? last !== " " : isWide || wide.test(last))
    if (mayBreakBefore && word.trim() !== "") {
      pieces.push(word)
      word = ""
    }
    word += letter
  }
  return [...pieces, word]
}

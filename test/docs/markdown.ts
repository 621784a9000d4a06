/** @file Markdown as the documentation tests read it: blocks of commands, links, headings. */
import { readFile } from "node:fs/promises"
import { join } from "node:path"

import { root } from "../cli/run-cli.ts"

export type Block = { readonly language: string; readonly lines: readonly string[] }

export async function readDocument(path: string): Promise<string> {
  return readFile(join(root, path), "utf8")
}

/** The fenced blocks; lines that end in a backslash are joined with the next. */
export function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)].map(([, language = "", body = ""]) => ({
    language,
    lines: body
      .replace(/\\\n\s*/g, "")
      .split("\n")
      .map((line) => line.replace(/\s+# .*$/, "").trim())
      .filter((line) => line !== ""),
  }))
}

/** Targets of links that lie in the repository, without those in code. */
export function localLinksOf(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, "").replace(/`[^`]*`/g, "")
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
}

/** The anchors that a page of this text has: headings in small letters, words joined by hyphens. */
export function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, "")
      .replace(/ /g, "-"),
  )
}

/** The lines of all `ts` blocks where they stand in the page, the others empty: one program whose line numbers are the page's. */
export function codeOf(text: string): string {
  let isCode = false
  const lines = text.split("\n").map((line) => {
    if (line.startsWith("```")) {
      isCode = !isCode && line === "```ts"
      return ""
    }
    return isCode ? line : ""
  })
  return lines.join("\n")
}

/** What a page quotes of our files: blocks whose fence names one, "```ts src/base/clock.ts". */
export function quotesOf(text: string): { readonly path: string; readonly text: string }[] {
  return [...text.matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm)].map(([, path = "", quoted = ""]) => ({
    path,
    text: quoted,
  }))
}

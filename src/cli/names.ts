/** @file Names as people type them: MODEL:3, MODEL@champion, DATASET:2, and a dataset's name made from its file's. */
import { basename } from "node:path"

import type { Client } from "../../client/src/index.ts"
import { usage } from "./command.ts"
import { Failure } from "./failure.ts"
import type { Terminal } from "./terminal.ts"

export type Reference = { readonly name: string; readonly version: number | "latest" }

/** `NAME` or `NAME:VERSION`. */
export function parseReference(text: string, { say }: Terminal): Reference {
  const [name = "", version, ...rest] = text.split(":")
  if (version === undefined || version === "latest") return { name, version: "latest" }
  if (name === "" || rest.length > 0 || !/^[1-9]\d{0,8}$/.test(version))
    throw usage(say("usageReference", { text }))
  return { name, version: Number(version) }
}

/** `NAME`, `NAME:VERSION` or `NAME@ALIAS`; an alias is looked up. */
export async function findModelVersion(client: Client, text: string, terminal: Terminal): Promise<Reference> {
  const [name = "", alias] = text.split("@")
  if (alias === undefined) return parseReference(text, terminal)
  const { aliases } = await client.getModel({ name })
  const version = Object.hasOwn(aliases, alias) ? aliases[alias] : undefined
  if (version !== undefined) return { name, version }
  const known = Object.keys(aliases).join(", ") || "-"
  throw new Failure("ALIAS_NOT_FOUND", terminal.say("aliasNotFound", { name, alias, known }))
}

/** `My data (1).csv.gz` is called `My_data_1`; a name of no letter and no digit is called `data`. */
export function nameOfFile(path: string): string {
  const stem = basename(path)
    .replace(/\.gz$/i, "")
    .replace(/\.(csv|tsv|txt|json|ndjson|jsonl)$/i, "")
  const name = stem
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}\p{M}._-]+/gu, "_")
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}\p{M}]+$/gu, "")
  return (
    [...name]
      .slice(0, 60)
      .join("")
      .replace(/[^\p{L}\p{N}\p{M}]+$/u, "") || "data"
  )
}

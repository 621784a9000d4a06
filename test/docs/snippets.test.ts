/** @file The TypeScript that the documents show compiles against `quernstone/learn` and runs; what they quote of our code is there. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { test } from "node:test"

import { type Outcome, outcomeOf, root } from "../cli/run-cli.ts"
import { codeOf, quotesOf, readDocument } from "./markdown.ts"

test("the code of every page compiles and runs, block after block", async (t) => {
  // Inside of the package, where its own name leads to it.
  const folder = await mkdtemp(join(root, "dist", "snippets-"))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const pages = await codePages()
  assert.ok(pages.length >= 10, `only ${pages.length} pages show code`)
  for (const { name, code } of pages) await writeFile(join(folder, `${name}.ts`), code)
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(compilerSettings))
  const compiled = await runNode(
    [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", folder],
    folder,
  )
  assert.equal(compiled.status, 0, `line numbers are those of the page\n${compiled.stdout}${compiled.stderr}`)
  for (const { name } of pages)
    await t.test(name, async () => {
      const workplace = join(folder, `run-${name}`)
      await mkdir(workplace)
      const { status, stderr } = await runNode([join(folder, `${name}.ts`)], workplace)
      assert.equal(status, 0, stderr)
    })
})

test("what pages quote of our code is in the file that they name", async () => {
  let count = 0
  for (const page of await learnPages())
    for (const { path, text } of quotesOf(await readDocument(page))) {
      const source = await readFile(join(root, path), "utf8")
      assert.ok(source.includes(text), `${page} quotes ${path} otherwise than it is:\n${text}`)
      count++
    }
  assert.ok(count > 0)
})

const compilerSettings = {
  extends: "../../tsconfig.base.json",
  compilerOptions: {
    module: "nodenext",
    moduleResolution: "nodenext",
    types: ["node"],
    noEmit: true,
    composite: false,
    incremental: false,
  },
}

async function learnPages(): Promise<string[]> {
  const names = await readdir(join(root, "docs", "learn"))
  return names.filter((name) => name.endsWith(".md")).map((name) => `docs/learn/${name}`)
}

async function codePages(): Promise<{ readonly name: string; readonly code: string }[]> {
  const documents = ["README.md", "README.zh-CN.md", ...(await learnPages())]
  const pages = await Promise.all(
    documents.map(async (path) => ({
      name: path.startsWith("docs/learn/") ? `learn-${basename(path, ".md")}` : basename(path, ".md"),
      code: codeOf(await readDocument(path)),
    })),
  )
  return pages.filter(({ code }) => code.trim() !== "")
}

async function runNode(words: readonly string[], folder: string): Promise<Outcome> {
  const child = spawn(process.execPath, words, {
    cwd: folder,
    env: { PATH: process.env.PATH },
    stdio: "pipe",
  })
  return outcomeOf(child)
}

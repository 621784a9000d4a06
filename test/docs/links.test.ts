/** @file Links between the documents lead somewhere. */
import assert from "node:assert/strict"
import { access, readdir } from "node:fs/promises"
import { dirname, join, relative } from "node:path"
import { test } from "node:test"

import { root } from "../cli/run-cli.ts"
import { anchorsOf, localLinksOf, readDocument } from "./markdown.ts"

test("every link to a file or a heading of the repository finds it", async () => {
  const documents = await allDocuments()
  assert.ok(documents.includes("README.md"))
  const broken: string[] = []
  let count = 0
  for (const document of documents) {
    for (const link of localLinksOf(await readDocument(document))) {
      count++
      const [file = "", anchor] = decodeURIComponent(link).split("#")
      const target = file === "" ? document : relative(root, join(root, dirname(document), file))
      const exists = await access(join(root, target)).then(
        () => true,
        () => false,
      )
      const hasAnchor =
        !exists || anchor === undefined || anchorsOf(await readDocument(target)).includes(anchor)
      if (!exists || !hasAnchor) broken.push(`${document}: ${link}`)
    }
  }
  assert.deepEqual(broken, [])
  assert.ok(count > 5)
})

async function allDocuments(): Promise<string[]> {
  const skipped = new Set(["node_modules", "dist", ".git", ".quernstone", "coverage", "shared"])
  const found: string[] = []
  const open = [""]
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory() && !skipped.has(entry.name)) open.push(path)
      if (entry.isFile() && entry.name.endsWith(".md")) found.push(path)
    }
  }
  return found
}

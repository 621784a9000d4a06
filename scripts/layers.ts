/** @file Reads every import of src/ and compares it with src/layers.json, the one table of who may import whom. */
import { readFile } from "node:fs/promises"
import { dirname, join, normalize, relative } from "node:path"

export type Layers = Readonly<Record<string, readonly string[]>>
export type SourceFile = { readonly path: string; readonly text: string }

/** Files of src/ that stand above all rooms. */
const roots = new Set(["main.ts", "index.ts", "learn.ts"])

/** One sentence per violation: unknown folders, imports that the table does not allow, past an index, or in a cycle of rooms. */
export function layerViolations(files: readonly SourceFile[], layers: Layers): string[] {
  const violations: string[] = []
  for (const { path, text } of files) {
    const room = roomOf(path, layers)
    if (room === null) {
      violations.push(`${path}: this folder is not in src/layers.json`)
      continue
    }
    for (const specifier of importsOf(text)) {
      if (!specifier.startsWith(".")) continue
      const target = normalize(join(dirname(path), specifier))
      const targetRoom = target.startsWith("..") ? outsideRoom(target) : roomOf(target, layers)
      if (targetRoom === room || room === "root") continue
      if (targetRoom === null || !(layers[room] ?? []).includes(targetRoom))
        violations.push(`${path}: ${room} may not import ${targetRoom ?? target}`)
      else if (platformRooms.has(targetRoom) && !target.endsWith("/index.ts"))
        violations.push(`${path}: ${targetRoom} is entered by its index.ts, not by ${target}`)
    }
  }
  return [...violations, ...cyclesOf(layers)]
}

/** Science rooms are imported by file; these only through their index. */
const platformRooms = new Set([
  "store",
  "jobs",
  "identity",
  "registry",
  "collect",
  "serve",
  "foundation",
  "train",
  "monitor",
])

export function importsOf(text: string): string[] {
  const pattern = /(?:^|[\s;])(?:import|export)\s(?:[^"';]*?\sfrom\s)?"([^"]+)"|import\("([^"]+)"\)/g
  // Templates hold code that is generated, not imported.
  return [...text.replace(/`[^`]*`/g, "``").matchAll(pattern)].flatMap((match) => match[1] ?? match[2] ?? [])
}

function roomOf(path: string, layers: Layers): string | null {
  const parts = path.split("/")
  if (parts.length === 1) return roots.has(path) ? "root" : null
  const nested = parts.slice(0, 2).join("/")
  if (Object.hasOwn(layers, nested)) return nested
  const [room = ""] = parts
  return Object.hasOwn(layers, room) ? room : null
}

/** The client stands beside src/. */
function outsideRoom(target: string): string | null {
  return relative("../client/src", target).startsWith("..") ? null : "client"
}

/** The table itself must point one way. */
function cyclesOf(layers: Layers): string[] {
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (room: string, trail: readonly string[]) => {
    if (trail.includes(room)) cycles.push(`src/layers.json has a cycle: ${[...trail, room].join(" -> ")}`)
    if (done.has(room) || trail.includes(room)) return
    for (const below of layers[room] ?? []) visit(below, [...trail, room])
    done.add(room)
  }
  for (const room of Object.keys(layers)) visit(room, [])
  return cycles
}

export async function readLayers(file: string): Promise<Layers> {
  return JSON.parse(await readFile(file, "utf8"))
}

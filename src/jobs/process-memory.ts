/** @file Resident memory of a process as the kernel counts it: the only figure that sees Buffers, native code and WebAssembly alike. */
import { readFile } from "node:fs/promises"

export type ProcessMemory = {
  readonly residentBytes: number
  /** The most that was ever resident, also between two readings. */
  readonly peakBytes: number
}

/** Reads /proc/PID/status (kibibytes, whatever the page size); null when the process is gone or is a zombie. */
export async function readProcessMemory(pid: number | "self"): Promise<ProcessMemory | null> {
  const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "")
  const residentBytes = kibibytesOf(text, "VmRSS")
  if (residentBytes === null) return null
  return { residentBytes, peakBytes: Math.max(residentBytes, kibibytesOf(text, "VmHWM") ?? 0) }
}

function kibibytesOf(status: string, field: string): number | null {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]
  return found === undefined ? null : Number(found) * 1024
}

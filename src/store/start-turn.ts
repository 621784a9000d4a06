/** @file One start at a time on a data folder: a listening socket in Linux's abstract namespace, which the kernel frees at any death. */
import { createHash } from "node:crypto"
import { connect, createServer, type Server, type Socket } from "node:net"

import { codeOf } from "./files.ts"

/** Long enough for several slow first starts that wait for each other. */
const waitMsMax = 120_000

export type StartTurn = { readonly end: () => Promise<void> }

/**
 * Waits until no other process starts a cluster on this folder. A lock file would need a guess whether its writer lives;
 * this one vanishes with its process. Returns null when the turn did not come in time.
 */
export async function takeStartTurn(folder: string): Promise<StartTurn | null> {
  const name = `\0quernstone-start-${createHash("sha256").update(folder).digest("hex").slice(0, 32)}`
  const signal = AbortSignal.timeout(waitMsMax)
  while (!signal.aborted) {
    const turn = await tryListen(name)
    if (turn !== null) return turn
    await untilFreed(name, signal)
  }
  return null
}

function tryListen(name: string): Promise<StartTurn | null> {
  const waiting = new Set<Socket>()
  const server = createServer((socket) => {
    waiting.add(socket)
    socket.on("error", () => socket.destroy())
    socket.on("close", () => waiting.delete(socket))
  })
  return new Promise((resolve, reject) => {
    server.once("error", (error) => (codeOf(error) === "EADDRINUSE" ? resolve(null) : reject(error)))
    server.listen(name, () => resolve({ end: () => endTurn(server, waiting) }))
  })
}

/** Those who wait are told by the end of their connections. */
function endTurn(server: Server, waiting: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    for (const socket of waiting) socket.destroy()
  })
}

function untilFreed(name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(name)
    const finish = () => {
      signal.removeEventListener("abort", finish)
      socket.destroy()
      resolve()
    }
    signal.addEventListener("abort", finish)
    socket.on("error", finish)
    socket.on("close", finish)
  })
}

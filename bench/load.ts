/** @file A load of one repeated HTTP request over keep-alive connections, made by a process of its own. */
import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"

export type LoadOptions = {
  readonly host: string
  readonly port: number
  readonly request: string
  readonly concurrency: number
  readonly durationMs: number
}

export type LoadResult = {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly requests: number
  /** Answers with a status other than 200. */
  readonly failures: number
}

export function makeLoad(options: LoadOptions): Promise<LoadResult> {
  const entry = fileURLToPath(new URL(`./load-process${import.meta.url.slice(-3)}`, import.meta.url))
  const child = fork(entry, { serialization: "advanced" })
  return new Promise((resolve, reject) => {
    child.once("message", (result) => {
      if (isLoadResult(result)) resolve(result)
      else reject(new Error(`the load process failed: ${JSON.stringify(result)}`))
    })
    child.once("error", reject)
    child.once("exit", (code) => reject(new Error(`the load process ended with ${code}`)))
    child.send(options)
  })
}

/** The bytes of a POST with a JSON body. */
export function postRequest(path: string, body: unknown, headers: Readonly<Record<string, string>>): string {
  const text = JSON.stringify(body)
  const lines = Object.entries({
    host: "127.0.0.1",
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(text)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST ${path} HTTP/1.1\r\n${lines.join("")}\r\n${text}`
}

function isLoadResult(value: unknown): value is LoadResult {
  return typeof value === "object" && value !== null && "requestsPerSecond" in value
}

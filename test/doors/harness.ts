/** @file What tests of doors stand on: a second workspace, a second server on the same data, requests that fetch would not send. */
import { createHash } from "node:crypto"
import { request as httpRequest } from "node:http"
import { connect } from "node:net"
import type { TestContext } from "node:test"

import { systemClock } from "../../src/base/clock.ts"
import { readConfiguration, type SettingName } from "../../src/base/config.ts"
import { defaultLimits } from "../../src/base/limits.ts"
import type { Log } from "../../src/base/log.ts"
import { errorBody } from "../../src/doors/native/schema.ts"
import { abandonIdempotent, beginIdempotent } from "../../src/identity/idempotency.ts"
import { createKey } from "../../src/identity/keys.ts"
import { defaultWorkspaceId } from "../../src/identity/workspaces.ts"
import { type RunningServer, startServer } from "../../src/main.ts"
import { openStore } from "../../src/store/index.ts"
import { addWorkspace, silentLog } from "../database.ts"
import type { ServerForTest } from "../server.ts"

/** The admin key of one more workspace, which only the database can make as yet. */
export async function keyOfAnotherWorkspace({ databaseUrl }: ServerForTest): Promise<string> {
  const source = { kind: "url", appUrl: databaseUrl } as const
  const store = await openStore({ source, limits: defaultLimits, log: silentLog, clock: systemClock })
  try {
    const workspaceId = await addWorkspace(store)
    const order = { workspaceId, name: "other", scopes: ["admin"], endpoints: null } as const
    const { key } = await store.inWorkspace(workspaceId, (transaction) =>
      createKey(transaction, { ...order, expiresInSeconds: null, createdBy: null, clock: systemClock }),
    )
    return key
  } finally {
    await store.close()
  }
}

/** What the database keeps of answers, as it stands there. */
export async function keptAnswers({ databaseUrl }: ServerForTest): Promise<string[]> {
  const source = { kind: "url", appUrl: databaseUrl } as const
  const store = await openStore({ source, limits: defaultLimits, log: silentLog, clock: systemClock })
  try {
    const rows = await store.inWorkspace(defaultWorkspaceId, (transaction) =>
      transaction.selectFrom("idempotency_key").select("response_body").execute(),
    )
    return rows.map(({ response_body }) => JSON.stringify(response_body))
  } finally {
    await store.close()
  }
}

/** Takes an idempotency key as a request of these words would that is still running; returns how it is given back. */
export async function holdIdempotencyKey(
  { databaseUrl }: ServerForTest,
  key: string,
  request: string,
): Promise<() => Promise<void>> {
  const source = { kind: "url", appUrl: databaseUrl } as const
  const store = await openStore({ source, limits: defaultLimits, log: silentLog, clock: systemClock })
  const begun = await beginIdempotent({
    store,
    workspaceId: defaultWorkspaceId,
    key,
    requestSha256: createHash("sha256").update(request).digest(),
    limits: defaultLimits,
  })
  return async () => {
    if (begun.state === "begun") await abandonIdempotent(store, begun.hold)
    await store.close()
  }
}

/** Another server process's worth on the same database and folder, with other settings; closed with the test. */
export async function serverBeside(
  t: TestContext,
  server: ServerForTest,
  options: {
    readonly environment?: Readonly<Record<string, string>>
    readonly flags?: Partial<Record<SettingName, string | boolean>>
    readonly log?: Log
  } = {},
): Promise<RunningServer> {
  const { configuration } = readConfiguration({
    environment: {
      DATABASE_URL: server.databaseUrl,
      QUERNSTONE_DATA: server.dataFolder,
      QUERNSTONE_PORT: "0",
      QUERNSTONE_WORKERS: "0",
      QUERNSTONE_LIMIT_DRAIN_MS_MAX: "2000",
      ...options.environment,
    },
    flags: options.flags ?? {},
    isRoot: false,
  })
  const beside = await startServer(configuration, { log: options.log ?? silentLog })
  t.after(() => beside.close())
  return beside
}

export type PlainAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** With any headers, Host and Origin too. */
export function plainRequest(
  url: string,
  options: {
    readonly method?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
  } = {},
): Promise<PlainAnswer> {
  const { method = "GET", headers = {}, body } = options
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (chunk) => {
        text += chunk
      })
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    request.on("error", reject)
    request.end(body)
  })
}

/** Everything that the server says to these bytes until it closes the connection. */
export function rawExchange(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let text = ""
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes))
    socket.setEncoding("utf8")
    socket.on("data", (chunk) => {
      text += chunk
    })
    socket.on("error", reject)
    socket.on("close", () => resolve(text))
  })
}

/** The code of an error in the native shape. */
export async function codeOf(response: Response): Promise<string> {
  return errorBody.parse(await response.json()).error.code
}

/** A small table that a linear model learns: `y` follows `x`, `kind` has two values. */
export function smallCsv(rows = 120, offset = 0): string {
  const lines = ["x,z,kind,y"]
  for (let row = 0; row < rows; row += 1) {
    const x = ((row * 37) % 101) / 10
    const z = ((row * 53) % 97) / 10
    const isOld = x + ((row * 29) % 13) / 3 > 7
    lines.push(
      `${x},${z},${isOld ? "old" : "new"},${(offset + 3 * x - z + ((row * 17) % 7) / 10).toFixed(1)}`,
    )
  }
  return lines.join("\n")
}

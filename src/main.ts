/** @file The composition root: builds the server from the configuration; the only file that knows every room. */
import { mkdir, readFile } from "node:fs/promises"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { type Clock, systemClock } from "./base/clock.ts"
import type { Configuration } from "./base/config.ts"
import { fault, messageOf } from "./base/errors.ts"
import { newIdentifier } from "./base/identifiers.ts"
import type { Log } from "./base/log.ts"
import { createCollection, importJobHandler } from "./collect/index.ts"
import { registerConsoleDoor } from "./doors/console/routes.ts"
import { createHttpServer } from "./doors/http/server.ts"
import { readTls, type TlsFiles, watchTls } from "./doors/http/tls.ts"
import { registerInferenceDoor } from "./doors/inference/routes.ts"
import { createMetrics, type Metrics } from "./doors/metrics/metrics.ts"
import { registerMetricsDoor } from "./doors/metrics/routes.ts"
import { registerNativeDoor } from "./doors/native/routes.ts"
import {
  type Authenticator,
  createAuthenticator,
  createKeyRing,
  ensureAdminKey,
  ensureDefaultWorkspace,
  isLoopback,
  openAuthenticator,
  releaseIdempotencyKeys,
  removeOldIdempotencyKeys,
  requireOwnSource,
} from "./identity/index.ts"
import { countJobs, createJobDesk, type JobWorker, startJobs } from "./jobs/index.ts"
import { createRegistry } from "./registry/index.ts"
import { createEndpoints, Serving } from "./serve/index.ts"
import {
  type BlobStore,
  type ChangeWatch,
  type Cluster,
  collectBlobs,
  type Instance,
  migrate,
  openFolderBlobs,
  openStore,
  printMigrations,
  registerInstance,
  type Store,
  startCluster,
  takeInstanceLock,
  watchChanges,
} from "./store/index.ts"
import { createTrainer, trainJobHandler } from "./train/index.ts"

const packageRoot = new URL("../../", import.meta.url)
const certificateCheckMs = 5_000
/** How often old idempotency keys and unreferenced blobs are looked for. */
const housekeepingMs = 3_600_000

export type RunningServer = {
  readonly url: string
  readonly dataFolder: string
  /** Null with `--auth off`. */
  readonly adminKey: { readonly file: string; readonly key: string } | null
  /** What an operator should know of this configuration: no keys asked for, plain HTTP. */
  readonly warnings: readonly string[]
  readonly close: () => Promise<void>
}

export type StartOptions = {
  readonly log: Log
  readonly clock?: Clock
  /** Told when another server may take over the data folder, so that this one must stop. */
  readonly onLost?: (reason: string) => void
}

/** `quernstone up`: database, doors, live models and job worker in one process. */
export async function startServer(
  configuration: Configuration,
  options: StartOptions,
): Promise<RunningServer> {
  refusePlainHttpBeyondThisMachine(configuration)
  return opening(async (opened) => {
    const platform = await openPlatform(configuration, options, ["serve", "work"], opened)
    const { metrics, setServing, setJobs } = connectMetrics()
    const serving = new Serving({
      ...platform,
      instanceId: platform.instance.id,
      onPrediction: metrics.observePrediction,
    })
    setServing(serving)
    const jobs = await runJobs(platform, opened)
    setJobs(jobs)
    const { log, clock, store, changes, limits, workspaceId } = platform
    const authenticator =
      configuration.authentication === "off"
        ? openAuthenticator(workspaceId)
        : createAuthenticator({ store, changes, clock, limits })
    opened.push(async () => authenticator.close())
    const adminKey = await adminKeyOf(configuration, platform)
    const version = await packageVersion()
    opened.push(() => serving.close())
    const http = await listen({ ...platform, serving, metrics, authenticator, version }, opened)
    await serving.start()
    http.setReady()
    log.info({ url: http.url, dataFolder: configuration.dataFolder, version }, "ready")
    const { dataFolder } = configuration
    return { url: http.url, dataFolder, adminKey, warnings: warningsOf(configuration) }
  })
}

/** `quernstone work`: takes jobs from the queue, beside any number of others. */
export function startWorker(
  configuration: Configuration,
  options: StartOptions,
): Promise<{ close: () => Promise<void> }> {
  return opening(async (opened) => {
    const platform = await openPlatform(configuration, options, ["work"], opened)
    await runJobs(platform, opened)
    platform.log.info({ workers: configuration.workers }, "ready")
    return {}
  })
}

/** `quernstone migrate`: returns the names of the migrations that ran, or the SQL for an administrator. */
export async function migrateDatabase(
  configuration: Configuration,
  options: StartOptions & { readonly print: boolean },
): Promise<{ readonly applied: readonly string[]; readonly sql: string | null }> {
  if (options.print) return { applied: [], sql: await printMigrations() }
  const { log, clock = systemClock } = options
  if (configuration.databaseOwnerUrl !== null)
    return { applied: await migrate({ ownerUrl: configuration.databaseOwnerUrl, log }), sql: null }
  if (configuration.databaseUrl !== null) throw fault("OWNER_URL_MISSING", {})
  const cluster = await startEmbedded(configuration, log, clock)
  try {
    return { applied: await migrate({ ownerUrl: cluster.ownerUrl, log }), sql: null }
  } finally {
    if (!cluster.takenOver) await cluster.stop()
  }
}

type Opened = (() => Promise<unknown>)[]

/** Builds something whose parts are closed in the reverse order of their opening, also when building fails half way. */
async function opening<Built extends object>(
  build: (opened: Opened) => Promise<Built>,
): Promise<Built & { readonly close: () => Promise<void> }> {
  const opened: Opened = []
  const close = async () => {
    for (const part of opened.splice(0).reverse()) await part()
  }
  try {
    return { ...(await build(opened)), close }
  } catch (error) {
    await close()
    throw error
  }
}

type Platform = {
  readonly configuration: Configuration
  readonly limits: Configuration["limits"]
  readonly log: Log
  readonly clock: Clock
  readonly store: Store
  readonly blobs: BlobStore
  readonly changes: ChangeWatch
  readonly instance: Instance
  readonly workspaceId: string
}

async function openPlatform(
  configuration: Configuration,
  { log, clock = systemClock, onLost }: StartOptions,
  roles: Instance["roles"],
  opened: Opened,
): Promise<Platform> {
  const { dataFolder, limits, databaseUrl, databaseOwnerUrl } = configuration
  await mkdir(dataFolder, { recursive: true, mode: 0o711 })
  const instance: Instance = { id: newIdentifier(clock), roles }
  const cluster = databaseUrl === null ? await startEmbedded(configuration, log, clock) : null
  const isServer = roles.includes("serve")
  if (cluster !== null) {
    await migrate({ ownerUrl: cluster.ownerUrl, log })
    if (isServer) await lockFolder({ cluster, dataFolder, instance, onLost }, opened)
  } else if (databaseOwnerUrl !== null) await migrate({ ownerUrl: databaseOwnerUrl, log })
  const source =
    cluster === null
      ? ({ kind: "url", appUrl: databaseUrl ?? "" } as const)
      : ({ kind: "embedded", cluster } as const)
  const store = await openStore({ source, limits, log, clock })
  opened.push(() => store.close())
  // The lock says that nobody else serves: what another left half done, it cannot finish.
  if (cluster !== null && isServer) await releaseIdempotencyKeys(store)
  const registered = await registerInstance({ store, instance, log })
  opened.push(() => registered.close())
  const blobs = await openFolderBlobs(join(dataFolder, "blobs"))
  const changes = await watchChanges({ store, log })
  opened.push(() => changes.close())
  const workspaceId = await ensureDefaultWorkspace(store)
  keepHouse({ store, blobs, limits, log, clock }, opened)
  return { configuration, limits, log, clock, store, blobs, changes, instance, workspaceId }
}

function startEmbedded(
  { dataFolder, pgUid, runtimeFolder }: Configuration,
  log: Log,
  clock: Clock,
): Promise<Cluster> {
  return startCluster({ dataFolder, pgUid, runtimeFolder, log, clock })
}

/** Only the holder of the lock stops PostgreSQL, and the lock outlives everything else that is open. */
async function lockFolder(
  options: {
    readonly cluster: Cluster
    readonly dataFolder: string
    readonly instance: Instance
    readonly onLost: ((reason: string) => void) | undefined
  },
  opened: Opened,
): Promise<void> {
  const { cluster, dataFolder, instance, onLost } = options
  const lock = await takeInstanceLock({
    appUrl: cluster.appUrl,
    dataFolder,
    instance,
    onLost: () => onLost?.("the connection that holds the data folder's lock is gone"),
  })
  opened.push(() => cluster.stop())
  opened.push(() => lock.release())
}

function keepHouse(
  options: Pick<Platform, "store" | "blobs" | "limits" | "log" | "clock">,
  opened: Opened,
): void {
  const { store, blobs, limits, log, clock } = options
  const clean = async () => {
    await removeOldIdempotencyKeys(store, limits)
    await collectBlobs({ store, blobs, graceMs: limits.blobGraceMs, clock })
  }
  let cleaning = Promise.resolve()
  const timer = setInterval(() => {
    cleaning = clean().catch((error: unknown) => log.warn({ error: messageOf(error) }, "housekeeping failed"))
  }, housekeepingMs)
  opened.push(async () => {
    clearInterval(timer)
    await cleaning
  })
}

async function runJobs(platform: Platform, opened: Opened): Promise<JobWorker> {
  const { configuration, blobs, limits, clock } = platform
  const quernstoneVersion = await packageVersion()
  const jobs = await startJobs({
    ...platform,
    handlers: [
      importJobHandler({ blobs, limits, clock }),
      trainJobHandler({ blobs, limits, clock, quernstoneVersion }),
    ],
    dataFolder: configuration.dataFolder,
    concurrency: configuration.workers,
  })
  opened.push(() => jobs.close())
  return jobs
}

/** Metrics read from parts that are built after them. */
function connectMetrics() {
  let serving: Serving | null = null
  let jobs: JobWorker | null = null
  const metrics = createMetrics({
    runningJobs: () => jobs?.runningCount() ?? 0,
    liveEndpoints: () => serving?.list().length ?? 0,
  })
  return {
    metrics,
    setServing: (built: Serving) => {
      serving = built
    },
    setJobs: (built: JobWorker) => {
      jobs = built
    },
  }
}

type DoorParts = Platform & {
  readonly serving: Serving
  readonly metrics: Metrics
  readonly authenticator: Authenticator
  readonly version: string
}

async function listen(parts: DoorParts, opened: Opened): Promise<{ url: string; setReady: () => void }> {
  const { configuration, authenticator, metrics, limits, log, clock } = parts
  const { host, port, allowedHosts } = configuration
  const tlsFiles = tlsFilesOf(configuration)
  const http = createHttpServer({
    authenticator,
    refuseForeign: (source) => requireOwnSource(source, { bound: host, port, allowedHosts }),
    limits,
    log,
    clock,
    tls: tlsFiles === null ? null : await readTls(tlsFiles),
    observe: metrics.observeRequest,
  })
  let isReady = false
  openDoors(http.app, parts, () => isReady)
  await http.app.ready()
  await http.app.listen({ host, port }).catch((error: unknown) => {
    throw listenFault(error, { host, port })
  })
  opened.push(async () => {
    isReady = false
    const destroyed = await http.drain()
    if (destroyed > 0) log.warn({ destroyed }, "connections were cut at the end of the drain")
    log.flush()
  })
  if (tlsFiles !== null) {
    const stop = watchTls({ files: tlsFiles, log, onChange: http.reloadTls, everyMs: certificateCheckMs })
    opened.push(async () => stop())
  }
  const scheme = tlsFiles === null ? "http" : "https"
  return {
    url: `${scheme}://${host.includes(":") ? `[${host}]` : host}:${boundPort(http.app.server.address())}`,
    setReady: () => {
      isReady = true
    },
  }
}

function openDoors(
  app: ReturnType<typeof createHttpServer>["app"],
  parts: DoorParts,
  isReady: () => boolean,
): void {
  const { configuration, store, serving, limits, version, clock } = parts
  const startedAt = new Date(clock.nowMs()).toISOString()
  registerNativeDoor({
    app,
    serving,
    limits,
    version,
    collection: createCollection(parts),
    registry: createRegistry(parts),
    trainer: createTrainer(parts),
    jobs: createJobDesk(parts),
    endpoints: createEndpoints(parts),
    keys: createKeyRing(parts),
    describeServer: async (workspaceId) => {
      const isReachable = await store.isReachable()
      const jobs = isReachable
        ? await store.inWorkspace(workspaceId, (transaction) => countJobs(transaction, workspaceId))
        : { running: 0 }
      return {
        name: "quernstone",
        version,
        startedAt,
        database: {
          mode: configuration.databaseUrl === null ? "embedded" : "outside",
          reachable: isReachable,
        },
        authentication: configuration.authentication,
        warnings: warningsOf(configuration),
        endpoints: serving.list().filter((endpoint) => endpoint.workspaceId === workspaceId).length,
        runningJobs: jobs.running,
        memoryBytes: process.memoryUsage.rss(),
      }
    },
  })
  registerInferenceDoor({ app, serving, limits, version, isReady })
  registerMetricsDoor({
    ...parts,
    app,
    isLoopback: isLoopback(configuration.host),
    metricsToken: configuration.metricsToken,
    readiness: async () => ({
      database: {
        isReady: await store.isReachable(),
        detail: configuration.databaseUrl === null ? "embedded" : "outside",
      },
      endpoints: { isReady: isReady(), detail: `${serving.list().length} live` },
      configuration: { isReady: true, detail: warningsOf(configuration).join("; ") || "no warnings" },
    }),
  })
  registerConsoleDoor({ app, folder: fileURLToPath(new URL("dist/console", packageRoot)) })
}

async function adminKeyOf(
  configuration: Configuration,
  platform: Platform,
): Promise<RunningServer["adminKey"]> {
  if (configuration.authentication === "off") return null
  const { dataFolder, adminKey: configuredAdminKey } = configuration
  const { store, clock, workspaceId } = platform
  const { key, path } = await ensureAdminKey({ store, clock, dataFolder, workspaceId, configuredAdminKey })
  return { file: path, key }
}

function refusePlainHttpBeyondThisMachine(configuration: Configuration): void {
  const { host, tlsCertificate, behindProxy, insecureHttp } = configuration
  if (isLoopback(host) || tlsCertificate !== null || behindProxy !== null || insecureHttp) return
  throw fault("PLAIN_HTTP_REFUSED", { host })
}

function warningsOf({ host, authentication, tlsCertificate, insecureHttp }: Configuration): string[] {
  const isExposed = !isLoopback(host)
  return [
    ...(authentication === "off" ? ["AUTHENTICATION_OFF"] : []),
    ...(isExposed && insecureHttp && tlsCertificate === null ? ["INSECURE_HTTP"] : []),
  ]
}

function tlsFilesOf({ tlsCertificate, tlsKey }: Configuration): TlsFiles | null {
  return tlsCertificate === null || tlsKey === null ? null : { certificate: tlsCertificate, key: tlsKey }
}

function listenFault(error: unknown, { host, port }: { host: string; port: number }): Error {
  const code = error instanceof Error && "code" in error ? error.code : undefined
  if (code === "EADDRINUSE") return fault("PORT_TAKEN", { host, port }, { cause: error })
  return fault("LISTEN_FAILED", { host, port, reason: messageOf(error) }, { cause: error })
}

function boundPort(address: AddressInfo | string | null): number {
  return typeof address === "object" && address !== null ? address.port : 0
}

async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL("package.json", packageRoot), "utf8"))
  return String(version)
}

/** @file Settings: read once from flags and environment, checked, frozen; each knows its unit, its source and its meaning. */
import { availableParallelism, homedir } from "node:os"
import { join, resolve } from "node:path"

import { z } from "zod"

import { fault } from "./errors.ts"
import { defaultLimits, type LimitName, type Limits, limitMeanings } from "./limits.ts"
import { logLevels } from "./log.ts"
import type { Sentence } from "./sentences/say.ts"

const settingsSchema = z.object({
  dataFolder: z
    .string()
    .min(1)
    .transform((path) => resolve(path)),
  host: z.string().min(1),
  port: z.coerce.number().int().min(0).max(65_535),
  databaseUrl: z.url({ protocol: /^postgres(ql)?$/ }).nullable(),
  databaseOwnerUrl: z.url({ protocol: /^postgres(ql)?$/ }).nullable(),
  pgUid: z.coerce.number().int().min(1).nullable(),
  runtimeFolder: z.string().min(1).nullable(),
  adminKey: z
    .string()
    .regex(/^qst_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}$/)
    .nullable(),
  authentication: z.enum(["on", "off"]),
  tlsCertificate: z.string().min(1).nullable(),
  tlsKey: z.string().min(1).nullable(),
  behindProxy: list().nullable(),
  insecureHttp: toggle(),
  allowedHosts: list(),
  metricsToken: z.string().min(16).nullable(),
  logLevel: z.enum(logLevels),
  workers: z.coerce.number().int().min(0).max(256),
  language: z.enum(["en", "zh"]).nullable(),
})

export type Settings = Readonly<z.output<typeof settingsSchema>>
export type SettingName = keyof Settings
export type Configuration = Settings & { readonly limits: Limits }

type SettingDescription = Sentence & {
  readonly environment: string
  readonly flag: string | null
  readonly unit: string
  readonly expected: string
  readonly isSecret?: true
}

export const settingDescriptions: Readonly<Record<SettingName, SettingDescription>> = {
  dataFolder: {
    environment: "QUERNSTONE_DATA",
    flag: "--data",
    unit: "folder",
    expected: "a path",
    en: "where everything is kept",
    zh: "数据存放位置",
  },
  host: {
    environment: "QUERNSTONE_HOST",
    flag: "--host",
    unit: "address",
    expected: "an address of this machine",
    en: "address to listen on",
    zh: "监听地址",
  },
  port: {
    environment: "QUERNSTONE_PORT",
    flag: "--port",
    unit: "port",
    expected: "a whole number from 0 to 65535",
    en: "HTTP port; 0 takes any free one",
    zh: "HTTP 端口；0 表示任意空闲端口",
  },
  databaseUrl: {
    environment: "DATABASE_URL",
    flag: null,
    unit: "URL",
    expected: "a postgresql:// URL",
    isSecret: true,
    en: "outside PostgreSQL; embedded when absent",
    zh: "外部 PostgreSQL；未设置则使用内置数据库",
  },
  databaseOwnerUrl: {
    environment: "DATABASE_OWNER_URL",
    flag: null,
    unit: "URL",
    expected: "a postgresql:// URL",
    isSecret: true,
    en: "owner of the outside database, for migrate only",
    zh: "外部数据库的所有者连接，仅用于 migrate",
  },
  pgUid: {
    environment: "QUERNSTONE_PG_UID",
    flag: null,
    unit: "user id",
    expected: "a user id above 0",
    en: "user that PostgreSQL runs as when Quernstone is root",
    zh: "以 root 运行时 PostgreSQL 使用的用户",
  },
  runtimeFolder: {
    environment: "XDG_RUNTIME_DIR",
    flag: null,
    unit: "folder",
    expected: "a path",
    en: "where PostgreSQL's socket goes when the data folder's path is too long for one",
    zh: "数据目录路径过长时 PostgreSQL 套接字的存放位置",
  },
  adminKey: {
    environment: "QUERNSTONE_ADMIN_KEY",
    flag: null,
    unit: "key",
    expected: "qst_, 8 letters or digits, _, 43 base64url characters",
    isSecret: true,
    en: "the admin key; made at first start when absent",
    zh: "管理员密钥；未设置则首次启动时生成",
  },
  authentication: {
    environment: "QUERNSTONE_AUTH",
    flag: "--auth",
    unit: "on|off",
    expected: "on or off",
    en: "whether calls need an API key",
    zh: "调用是否需要 API 密钥",
  },
  tlsCertificate: {
    environment: "QUERNSTONE_TLS_CERT",
    flag: "--tls-cert",
    unit: "file",
    expected: "a PEM file",
    en: "TLS certificate chain, read again when it changes",
    zh: "TLS 证书链，变更后自动重载",
  },
  tlsKey: {
    environment: "QUERNSTONE_TLS_KEY",
    flag: "--tls-key",
    unit: "file",
    expected: "a PEM file",
    en: "private key of the TLS certificate",
    zh: "TLS 证书私钥",
  },
  behindProxy: {
    environment: "QUERNSTONE_BEHIND_PROXY",
    flag: "--behind-proxy",
    unit: "addresses",
    expected: "addresses separated by commas",
    en: "proxies that end TLS in front of this server",
    zh: "在前方终止 TLS 的代理地址",
  },
  insecureHttp: {
    environment: "QUERNSTONE_INSECURE_HTTP",
    flag: "--insecure-http",
    unit: "true|false",
    expected: "true or false",
    en: "plain HTTP beyond this machine, knowingly",
    zh: "明知风险仍在本机之外使用明文 HTTP",
  },
  allowedHosts: {
    environment: "QUERNSTONE_ALLOWED_HOSTS",
    flag: "--allowed-hosts",
    unit: "names",
    expected: "host names separated by commas",
    en: "further names in Host and Origin that are accepted",
    zh: "额外允许的 Host 与 Origin 名称",
  },
  metricsToken: {
    environment: "QUERNSTONE_METRICS_TOKEN",
    flag: null,
    unit: "text",
    expected: "at least 16 characters",
    isSecret: true,
    en: "bearer token for /metrics beyond this machine",
    zh: "本机之外访问 /metrics 的令牌",
  },
  logLevel: {
    environment: "QUERNSTONE_LOG_LEVEL",
    flag: "--log-level",
    unit: "level",
    expected: logLevels.join(", "),
    en: "least level that is logged",
    zh: "记录日志的最低级别",
  },
  workers: {
    environment: "QUERNSTONE_WORKERS",
    flag: "--workers",
    unit: "jobs",
    expected: "a whole number from 0 to 256",
    en: "jobs that run at the same time in this process",
    zh: "本进程同时运行的任务数",
  },
  language: {
    environment: "QUERNSTONE_LANG",
    flag: "--lang",
    unit: "en|zh",
    expected: "en or zh",
    en: "language of sentences; the reader's own when absent",
    zh: "提示语言；未设置则随使用者",
  },
}

export type SettingSource = "default" | "environment" | "flag"

/** One line of `quernstone config`. */
export type SettingLine = {
  readonly name: string
  readonly value: string
  readonly source: SettingSource
  readonly unit: string
  readonly en: string
  readonly zh: string
}

export type ConfigurationInput = {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** By setting name, as the command line gave them. */
  readonly flags: Readonly<Partial<Record<SettingName, string | boolean>>>
  readonly isRoot: boolean
}

/** Throws CONFIG_UNKNOWN, CONFIG_INVALID or CONFIG_CONFLICT. */
export function readConfiguration(input: ConfigurationInput): {
  configuration: Configuration
  lines: SettingLine[]
} {
  refuseUnknown(input.environment)
  const defaults = settingDefaults(input)
  const sources = new Map<string, SettingSource>()
  const raw: Record<string, unknown> = {}
  for (const name of settingNames()) {
    const flag = input.flags[name]
    const variable = input.environment[settingDescriptions[name].environment]
    const isGiven = variable !== undefined && variable !== ""
    sources.set(name, flag !== undefined ? "flag" : isGiven ? "environment" : "default")
    raw[name] = flag ?? (isGiven ? variable : defaults[name])
  }
  const parsed = settingsSchema.safeParse(raw)
  if (!parsed.success) throw invalidSetting(parsed.error, raw)
  const settings = parsed.data
  refuseConflicts(settings)
  const limits = readLimits(input.environment, sources)
  const configuration = Object.freeze({ ...settings, limits })
  return { configuration, lines: settingLines(settings, limits, sources) }
}

function settingNames(): readonly SettingName[] {
  return settingsSchema.keyof().options
}

function settingDefaults({ environment, isRoot }: ConfigurationInput): Record<SettingName, unknown> {
  const userFolder = environment.XDG_DATA_HOME ?? join(homedir(), ".local", "share")
  return {
    dataFolder: isRoot ? "/var/lib/quernstone" : join(userFolder, "quernstone"),
    host: "127.0.0.1",
    port: 7070,
    databaseUrl: null,
    databaseOwnerUrl: null,
    pgUid: null,
    runtimeFolder: null,
    adminKey: null,
    authentication: "on",
    tlsCertificate: null,
    tlsKey: null,
    behindProxy: null,
    insecureHttp: false,
    allowedHosts: "",
    metricsToken: null,
    logLevel: "info",
    workers: Math.max(1, Math.floor(availableParallelism() / 2)),
    language: null,
  }
}

function readLimits(
  environment: ConfigurationInput["environment"],
  sources: Map<string, SettingSource>,
): Limits {
  const limits: Record<LimitName, number> = { ...defaultLimits }
  for (const name of limitNames()) {
    const variable = environment[limitVariable(name)]
    sources.set(name, variable === undefined ? "default" : "environment")
    if (variable === undefined) continue
    const value = Number(variable)
    if (!Number.isFinite(value) || value < 0 || variable.trim() === "")
      throw fault("CONFIG_INVALID", {
        name: limitVariable(name),
        got: JSON.stringify(variable),
        expected: `a number of ${limitMeanings[name].unit}`,
      })
    limits[name] = value
  }
  return Object.freeze(limits)
}

function limitNames(): readonly LimitName[] {
  return z.enum(Object.keys(defaultLimits)).options.filter(isLimitName)
}

function isLimitName(name: string): name is LimitName {
  return Object.hasOwn(defaultLimits, name)
}

/** `predictRowsMax` is set by QUERNSTONE_LIMIT_PREDICT_ROWS_MAX. */
export function limitVariable(name: LimitName): string {
  return `QUERNSTONE_LIMIT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}

/** Variables of ours that are no settings: the launcher's and the client's. */
const otherVariables = new Set(["QUERNSTONE_URL", "QUERNSTONE_KEY"])

function refuseUnknown(environment: ConfigurationInput["environment"]): void {
  const known = [
    ...settingNames().map((name) => settingDescriptions[name].environment),
    ...limitNames().map(limitVariable),
  ]
  for (const name of Object.keys(environment)) {
    if (!name.startsWith("QUERNSTONE_") || known.includes(name) || otherVariables.has(name)) continue
    throw fault("CONFIG_UNKNOWN", { name, nearest: nearestOf(name, known) })
  }
}

function refuseConflicts(settings: Settings): void {
  if ((settings.tlsCertificate === null) !== (settings.tlsKey === null))
    throw fault("CONFIG_CONFLICT", {
      first: settings.tlsCertificate === null ? "--tls-key" : "--tls-cert",
      second: settings.tlsCertificate === null ? "no --tls-cert" : "no --tls-key",
      reason: "a certificate needs its key",
    })
  if (settings.tlsCertificate !== null && settings.insecureHttp)
    throw fault("CONFIG_CONFLICT", {
      first: "--tls-cert",
      second: "--insecure-http",
      reason: "TLS is on or off",
    })
}

function invalidSetting(error: z.ZodError, raw: Readonly<Record<string, unknown>>): Error {
  const key = String(error.issues[0]?.path[0])
  const name = settingNames().find((candidate) => candidate === key) ?? "dataFolder"
  const { environment, expected, isSecret } = settingDescriptions[name]
  return fault("CONFIG_INVALID", {
    name: environment,
    got: isSecret ? "something else" : JSON.stringify(raw[name]),
    expected,
  })
}

function settingLines(
  settings: Settings,
  limits: Limits,
  sources: ReadonlyMap<string, SettingSource>,
): SettingLine[] {
  const source = (name: string) => sources.get(name) ?? "default"
  const ofSettings = settingNames().map((name) => {
    const { environment, unit, en, zh, isSecret } = settingDescriptions[name]
    return {
      name: environment,
      value: shown(settings[name], isSecret === true),
      source: source(name),
      unit,
      en,
      zh,
    }
  })
  const ofLimits = limitNames().map((name) => {
    return {
      name: limitVariable(name),
      value: String(limits[name]),
      source: source(name),
      ...limitMeanings[name],
    }
  })
  return [...ofSettings, ...ofLimits]
}

function shown(value: unknown, isSecret: boolean): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return "-"
  if (isSecret) return "(set, not shown)"
  return Array.isArray(value) ? value.join(",") : String(value)
}

function list() {
  return z.string().transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  )
}

function toggle() {
  return z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")])
}

/** The candidate with the least edit distance (Levenshtein 1966). */
export function nearestOf(word: string, candidates: readonly string[]): string {
  const byDistance = candidates.map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
  return byDistance.sort((a, b) => a.distance - b.distance)[0]?.candidate ?? ""
}

function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1]
    for (const [column, other] of [...to].entries())
      current.push(
        Math.min(
          (previous[column] ?? 0) + (letter === other ? 0 : 1),
          (previous[column + 1] ?? 0) + 1,
          (current[column] ?? 0) + 1,
        ),
      )
    previous = current
  }
  return previous.at(-1) ?? 0
}

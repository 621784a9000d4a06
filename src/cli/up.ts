/** @file `quernstone up`: database, server, workers and console in one process. */
import type { Command } from "commander"
import { logLevels } from "../base/log.ts"
import { addCommand, choice, wholeNumber } from "./command.ts"
import type { Context } from "./context.ts"
import { type Flags, holdServer, showReady, startLocalServer } from "./local-server.ts"

type UpOptions = {
  readonly data?: string
  readonly host?: string
  readonly port?: number
  readonly auth?: "on" | "off"
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly behindProxy?: string
  readonly insecureHttp?: boolean
  readonly allowedHosts?: string
  readonly logLevel?: string
  readonly workers?: number
}

export function addUp(program: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  addCommand(program, context, {
    usage: "up",
    summary: say("upSummary"),
    examples: [
      "quernstone up",
      "quernstone up --data ./my-data --port 8080",
      "quernstone up --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem",
    ],
  })
    .option("--data <folder>", say("optionData"))
    .option("--host <address>", say("optionHost"))
    .addOption(wholeNumber("--port <port>", say("optionPort"), { least: 0, most: 65_535 }, terminal))
    .addOption(choice("--auth <on|off>", say("optionAuth"), ["on", "off"], terminal))
    .option("--tls-cert <file>", say("optionTlsCert"))
    .option("--tls-key <file>", say("optionTlsKey"))
    .option("--behind-proxy <addresses>", say("optionBehindProxy"))
    .option("--insecure-http", say("optionInsecureHttp"))
    .option("--allowed-hosts <names>", say("optionAllowedHosts"))
    .addOption(choice("--log-level <level>", say("optionLogLevel"), logLevels, terminal))
    .addOption(wholeNumber("--workers <count>", say("optionWorkers"), { least: 0, most: 256 }, terminal))
    .action(async (options: UpOptions) => {
      const local = await startLocalServer(context, flagsOf(options))
      const { server, dataFolder } = local
      terminal.result({ ready: true, url: server.url, grpc: null, data: dataFolder, pid: process.pid })
      showReady(context, local)
      await holdServer(context, local)
    })
}

function flagsOf(options: UpOptions): Flags {
  const flags = {
    dataFolder: options.data,
    host: options.host,
    port: options.port?.toString(),
    authentication: options.auth,
    tlsCertificate: options.tlsCert,
    tlsKey: options.tlsKey,
    behindProxy: options.behindProxy,
    insecureHttp: options.insecureHttp,
    allowedHosts: options.allowedHosts,
    logLevel: options.logLevel,
    workers: options.workers?.toString(),
  }
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined))
}

/** @file `quernstone deploy`: serve a model version under a name. */
import type { Command } from "commander"

import { addCommand, withServer } from "./command.ts"
import { type Context, connect, type ServerOptions } from "./context.ts"
import { findModelVersion } from "./names.ts"
import { serveModel, showServed } from "./serve-model.ts"

type DeployOptions = ServerOptions & { readonly endpoint?: string; readonly strict?: boolean }

export function addDeploy(program: Command, context: Context): void {
  const { terminal } = context
  const { say } = terminal
  const command = addCommand(program, context, {
    usage: "deploy <model>",
    summary: say("deploySummary"),
    examples: [
      "quernstone deploy flights",
      "quernstone deploy flights:2 --endpoint flights-test",
      "quernstone deploy flights@champion --strict",
    ],
  })
  withServer(command, context)
    .option("--endpoint <name>", say("optionEndpoint"))
    .option("--strict", say("optionStrict"))
    .action(async (reference: string, options: DeployOptions) => {
      const server = await connect(context, options)
      const { name, version } = await findModelVersion(server.client, reference, terminal)
      const request = {
        model: name,
        ...(version === "latest" ? {} : { version }),
        ...(options.strict === undefined ? {} : { strict: options.strict }),
      }
      const served = await serveModel(context, server, { name: options.endpoint ?? name, request })
      terminal.result(served)
      showServed(context, served)
    })
}

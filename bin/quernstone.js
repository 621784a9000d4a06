#!/usr/bin/env node
/** @file The command `quernstone`: finds a Node that is new enough and runs the command line with it. */
import { runWithNode } from "./launch.js"

await runWithNode(new URL(import.meta.url), async () => {
  const { runProgram } = await import("../dist/src/cli/program.js")
  await runProgram(process.argv.slice(2))
})

/** @file Which Node runs us: this one when it is new enough, else the clone's own, else one sentence. Plain JavaScript for Node 18. */
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { constants } from "node:os"
import { fileURLToPath } from "node:url"

const oldest = [22, 18]

/**
 * Calls `main` here when this Node will do; else runs the same script with the clone's Node and ends as it ends.
 * @param {URL} script
 * @param {() => Promise<void>} main
 */
export async function runWithNode(script, main) {
  if (isNewEnough(process.versions.node)) return main()
  const own = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url))
  if (!existsSync(own)) {
    console.error(nodeSentence())
    process.exitCode = 1
    return
  }
  const child = spawn(own, [fileURLToPath(script), ...process.argv.slice(2)], { stdio: "inherit" })
  // A terminal sends Ctrl-C to both; the child alone decides what it means.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
  child.on("error", () => {
    console.error(nodeSentence())
    process.exitCode = 1
  })
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)))
}

/** @param {string} version */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
}

function nodeSentence() {
  const language = process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || ""
  const version = process.versions.node
  return language.startsWith("zh")
    ? `quernstone：需要 Node 22.18 或更高版本，当前是 ${version}。请从 https://nodejs.org 安装，或在源码目录中运行 \`npm ci\`（自带 Node）。`
    : `quernstone: this needs Node 22.18 or newer and found ${version}. Install it from https://nodejs.org, or run \`npm ci\` in a clone, which brings its own.`
}

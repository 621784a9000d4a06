/** @file Nothing is sent anywhere: the demo works where there is no network but this machine's own, and tries no other. */
import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"

import { outcomeOf, root } from "../cli/run-cli.ts"
import { temporaryDataFolder } from "../database.ts"

const canUnshare = spawnSync("unshare", ["--net", "ip", "link", "set", "lo", "up"]).status === 0
const canTrace = spawnSync("strace", ["--version"]).status === 0

test("the demo works in a network namespace that has no interface but loopback", {
  skip: canUnshare
    ? false
    : "a network namespace needs root, the right CAP_SYS_ADMIN, and the programs unshare and ip",
}, async (t) => {
  const data = await temporaryDataFolder(t)
  const home = await temporaryDataFolder(t)
  const traces = await mkdtemp(join(tmpdir(), "quernstone-trace-"))
  t.after(() => rm(traces, { recursive: true, force: true }))
  const trace = canTrace
    ? `strace -ff -e trace=connect,sendto,sendmsg,sendmmsg -o ${join(traces, "call")}`
    : ""
  const script = `ip link set lo up && exec ${trace} "$0" "$1" --stop`
  const { PATH = "" } = process.env
  const demo = await outcomeOf(
    spawn("unshare", ["--net", "sh", "-c", script, process.execPath, join(root, "bin", "start.js")], {
      cwd: root,
      env: { PATH, LANG: "C.UTF-8", HOME: home, QUERNSTONE_DATA: data },
      stdio: "pipe",
    }),
  )
  assert.equal(demo.status, 0, demo.stderr)
  assert.match(demo.stdout, /Answer: late = [01] \(probability 0\.\d{3}\)/)
  const calls = await Promise.all((await readdir(traces)).map((name) => readFile(join(traces, name), "utf8")))
  const outward = calls
    .flatMap((text) => text.split("\n"))
    .filter((line) => /AF_INET6?/.test(line) && !/"(127\.0\.0\.1|::1)"/.test(line))
  assert.deepEqual(outward, [])
  assert.deepEqual(await readdir(home), [], "nothing is queued for later either")
})

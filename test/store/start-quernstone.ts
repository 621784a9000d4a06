/** @file A process that starts like `quernstone up` on a folder, tells how it went in one line, and lives until its input ends. */
import { randomUUID } from "node:crypto"

import { systemClock } from "../../src/base/clock.ts"
import { Fault } from "../../src/base/errors.ts"
import { startCluster } from "../../src/store/cluster.ts"
import { takeInstanceLock } from "../../src/store/instance.ts"
import { migrate } from "../../src/store/migrate.ts"
import { silentLog } from "../database.ts"

const dataFolder = process.argv[2] ?? ""
try {
  const cluster = await startCluster({ dataFolder, pgUid: null, log: silentLog, clock: systemClock })
  await migrate({ ownerUrl: cluster.ownerUrl, log: silentLog })
  await takeInstanceLock({
    appUrl: cluster.appUrl,
    dataFolder,
    instance: { id: randomUUID(), roles: ["serve", "work"] },
    onLost: () => process.exit(3),
  })
  process.stdout.write(`${JSON.stringify({ won: true })}\n`)
  process.stdin.resume().on("end", () => process.exit(0))
} catch (error) {
  const told = error instanceof Fault ? { code: error.code, ...error.parameters } : { code: String(error) }
  process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(1))
}

/** @file A process that runs jobs until it is killed; its argument is JSON. */
import { z } from "zod"

import { systemClock } from "../../../src/base/clock.ts"
import { defaultLimits } from "../../../src/base/limits.ts"
import { startJobs } from "../../../src/jobs/index.ts"
import { openStore, watchChanges } from "../../../src/store/index.ts"
import { silentLog } from "../../database.ts"
import { childHandler, shortIntervals } from "../jobs-harness.ts"

const { appUrl, dataFolder, child } = z
  .object({ appUrl: z.string(), dataFolder: z.string(), child: z.string() })
  .parse(JSON.parse(process.argv[2] ?? "{}"))

const store = await openStore({
  source: { kind: "url", appUrl },
  limits: defaultLimits,
  log: silentLog,
  clock: systemClock,
})
const changes = await watchChanges({ store, log: silentLog })
await startJobs({
  store,
  changes,
  handlers: [childHandler(child)],
  limits: defaultLimits,
  log: silentLog,
  clock: systemClock,
  dataFolder,
  concurrency: 1,
  intervals: shortIntervals,
})

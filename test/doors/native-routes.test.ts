/** @file The table of operations and the routes that are mounted agree, both ways, down to who may call them. */
import assert from "node:assert/strict"
import { join } from "node:path"
import { test } from "node:test"

import { systemClock as clock } from "../../src/base/clock.ts"
import { defaultLimits as limits } from "../../src/base/limits.ts"
import { createCollection } from "../../src/collect/index.ts"
import { createHttpServer } from "../../src/doors/http/server.ts"
import { fastifyPath } from "../../src/doors/native/mount.ts"
import { type Operation, operations } from "../../src/doors/native/operations.ts"
import { registerNativeDoor } from "../../src/doors/native/routes.ts"
import { createKeyRing, openAuthenticator } from "../../src/identity/index.ts"
import { createJobDesk } from "../../src/jobs/index.ts"
import { createRegistry } from "../../src/registry/index.ts"
import { createEndpoints, Serving } from "../../src/serve/index.ts"
import { openFolderBlobs, watchChanges } from "../../src/store/index.ts"
import { createTrainer } from "../../src/train/index.ts"
import { silentLog as log, temporaryDataFolder, testStore } from "../database.ts"

test("every operation is a route with its access, and no route is without an operation", async (t) => {
  const { store, workspaceId } = await testStore(t)
  const blobs = await openFolderBlobs(join(await temporaryDataFolder(t), "blobs"))
  const changes = await watchChanges({ store, log })
  try {
    const { app } = createHttpServer({
      authenticator: openAuthenticator(workspaceId),
      refuseForeign: null,
      limits,
      log,
      clock,
      tls: null,
      observe: () => undefined,
    })
    const mounted = new Map<string, string>()
    app.addHook("onRoute", ({ method, url, config }) => {
      for (const each of [method].flat())
        if (each !== "HEAD") mounted.set(`${each} ${url}`, `${config?.access}`)
    })
    const parts = { store, blobs, changes, limits, log, clock }
    const serving = new Serving({ ...parts, instanceId: workspaceId, onPrediction: () => undefined })
    registerNativeDoor({
      app,
      serving,
      limits,
      version: "1.2.3",
      collection: createCollection(parts),
      registry: createRegistry(parts),
      trainer: createTrainer(parts),
      jobs: createJobDesk(parts),
      endpoints: createEndpoints({ ...parts, serving }),
      keys: createKeyRing(parts),
      describeServer: () => Promise.reject(new Error("nobody asks")),
    })
    await app.ready()
    const expected = new Map<string, string>([["GET /openapi.json", "open"]])
    for (const { method, path, scope } of Object.values<Operation>(operations))
      expected.set(`${method} ${fastifyPath(path)}`, scope)
    // Looks at the key itself, because it may be limited to endpoints by name.
    expected.set("POST /api/v1/endpoints/:name/predict", "own")
    assert.deepEqual(sorted(mounted), sorted(expected))
    await app.close()
  } finally {
    await changes.close()
  }
})

function sorted(map: ReadonlyMap<string, string>): [string, string][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1))
}

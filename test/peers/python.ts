/** @file The peers' Python in tests: `npm run test:peers` has made it and says where it is. */
import assert from "node:assert/strict"

import { askPython } from "../../bench/peers/python.ts"

/** Runs a script of test/peers with JSON in and JSON out. */
export function askPeer(script: string, request: unknown): Promise<unknown> {
  const python = process.env.TEST_PEERS_PYTHON
  assert.ok(python !== undefined, "run these tests by `npm run test:peers`")
  return askPython({ python, script: `test/peers/${script}` }, request)
}

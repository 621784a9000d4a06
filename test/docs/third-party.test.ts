/** @file THIRD-PARTY.md and what may stand in it. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { dependencyTree, isAllowed, refuseLicenses, thirdPartyText } from "../../scripts/third-party.ts"

test("permissive licences and LGPL pass; copyleft beyond it, unknown and unstated ones do not", () => {
  for (const license of [
    "MIT",
    "(MIT OR GPL-3.0-only)",
    "(Apache-2.0 AND BSD-3-Clause)",
    "LGPL-3.0-or-later",
  ])
    assert.ok(isAllowed(license), license)
  for (const license of [
    "GPL-3.0-only",
    "AGPL-3.0-or-later",
    "(MIT AND GPL-2.0-only)",
    "SSPL-1.0",
    "none stated",
    "SEE LICENSE IN x",
    "((MIT))",
  ])
    assert.equal(isAllowed(license), false, license)
})

test("a package that may not be passed on is refused by name", () => {
  const parties = [
    { name: "good", version: "1.0.0", license: "MIT" },
    { name: "bad", version: "2.0.0", license: "AGPL-3.0-only" },
  ]
  assert.throws(() => refuseLicenses(parties), /\nbad 2\.0\.0: AGPL-3\.0-only$/)
})

test("the tree follows nested, optional and peer packages, and leaves out what only development needs", () => {
  const lock = {
    packages: {
      "": { dependencies: { a: "1" }, optionalDependencies: { b: "1" } },
      "node_modules/a": { version: "1.0.0", license: "MIT", peerDependencies: { c: "1" } },
      "node_modules/b": { version: "1.0.0", license: "ISC", dependencies: { c: "2" } },
      "node_modules/b/node_modules/c": { version: "2.0.0", license: "MIT" },
      "node_modules/c": { version: "1.0.0", license: "MIT" },
      "node_modules/only-development": { version: "1.0.0", license: "GPL-3.0-only" },
    },
  }
  const found = dependencyTree(lock, ["node_modules/a", "node_modules/b"])
  assert.deepEqual(
    found.map(({ name, version }) => `${name} ${version}`),
    ["a 1.0.0", "b 1.0.0", "c 1.0.0", "c 2.0.0"],
  )
})

test("the list names what runs and what the page holds, and no tool", async () => {
  const text = await thirdPartyText()
  for (const name of ["onnxruntime-node", "pg", "fastify", "react-dom", "@mantine/core", "PostgreSQL"])
    assert.match(text, new RegExp(`^\\| ${name} \\|`, "m"))
  for (const name of ["typescript", "vite", "knip"])
    assert.doesNotMatch(text, new RegExp(`^\\| ${name} \\|`, "m"))
})

/** @file What the first start makes: the one default workspace, and the admin key in a file that only its owner reads. */
import assert from "node:assert"
import { mkdir, open, readFile, rename } from "node:fs/promises"
import { join } from "node:path"

import { z } from "zod"

import type { Clock } from "../base/clock.ts"
import { fault } from "../base/errors.ts"
import type { Store, Transaction } from "../store/index.ts"
import { type ApiKeyText, generateApiKey, parseApiKey } from "./api-key.ts"
import { createKey, revokeKey } from "./keys.ts"
import { insertWorkspace, selectKeyByHash } from "./sql.ts"

/** Fixed, so that processes that start at the same time make one workspace and not several. */
export const defaultWorkspaceId = "00000000-0000-7000-8000-000000000001"

export type AdminKey = {
  readonly key: string
  /** The file that holds it. */
  readonly path: string
  /** Made by this call. */
  readonly isNew: boolean
}

const adminKeyName = "admin"
const fileSchema = z.object({ key: z.string(), createdAt: z.string() })

export async function ensureDefaultWorkspace(store: Store): Promise<string> {
  await store.acrossWorkspaces("workspace set-up", (transaction) =>
    insertWorkspace(transaction, { workspaceId: defaultWorkspaceId, name: "default" }),
  )
  return defaultWorkspaceId
}

/**
 * The admin key of this data folder: the configured one, else that of DATA/keys/admin.json, else a new one. The file is
 * written when it is not so yet, and the key that it held before is revoked. Throws ADMIN_KEY_FILE when the file is no
 * key, KEY_REVOKED when the configured key was revoked.
 */
export async function ensureAdminKey(options: {
  readonly store: Store
  readonly clock: Clock
  readonly dataFolder: string
  readonly workspaceId: string
  readonly configuredAdminKey: string | null
}): Promise<AdminKey> {
  const { store, clock, dataFolder, workspaceId } = options
  const path = join(dataFolder, "keys", "admin.json")
  const held = await readAdminKey(path)
  const configured = configuredKey(options.configuredAdminKey)
  const before = await stateOf(store, configured ?? held)
  if (configured !== null && before === "revoked")
    throw fault("KEY_REVOKED", { displayId: configured.displayId })
  const text = configured ?? (held !== null && before !== "revoked" ? held : generateApiKey())
  // The file comes first: a key in the database that nobody holds would be lost, a key in a file is made good by the next start.
  if (text.key !== held?.key)
    await writeAdminKey(path, { key: text.key, createdAt: new Date(clock.nowMs()).toISOString() })
  const isNew = (await stateOf(store, text)) === "absent"
  const order = { workspaceId, name: adminKeyName, scopes: ["admin"], endpoints: null } as const
  await store.inWorkspace(workspaceId, async (transaction) => {
    if (isNew)
      await createKey(transaction, { ...order, expiresInSeconds: null, createdBy: null, clock, text })
    if (held !== null && held.key !== text.key) await revokeHeld(transaction, held, { workspaceId, clock })
  })
  return { key: text.key, path, isNew }
}

/** The configuration has checked its form. */
function configuredKey(configured: string | null): ApiKeyText | null {
  if (configured === null) return null
  const text = parseApiKey(configured)
  assert(text !== null)
  return text
}

async function stateOf(store: Store, text: ApiKeyText | null): Promise<"absent" | "revoked" | "valid"> {
  if (text === null) return "absent"
  const row = await store.acrossWorkspaces("api key look-up", (transaction) =>
    selectKeyByHash(transaction, text.sha256),
  )
  if (row === undefined) return "absent"
  return row.revoked_at === null ? "valid" : "revoked"
}

async function revokeHeld(
  transaction: Transaction,
  held: ApiKeyText,
  place: { readonly workspaceId: string; readonly clock: Clock },
): Promise<void> {
  const row = await selectKeyByHash(transaction, held.sha256)
  if (row !== undefined) await revokeKey(transaction, { ...place, id: row.id, revokedBy: null })
}

async function readAdminKey(path: string): Promise<ApiKeyText | null> {
  let text: string
  try {
    text = await readFile(path, "utf8")
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null
    throw error
  }
  const parsed = fileSchema.safeParse(parseJson(text))
  const key = parsed.success ? parseApiKey(parsed.data.key) : null
  if (key === null) throw fault("ADMIN_KEY_FILE", { path })
  return key
}

/** Whole or not at all, and readable by its owner only from the first byte. */
async function writeAdminKey(path: string, content: z.infer<typeof fileSchema>): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true, mode: 0o700 })
  const temporary = `${path}.new`
  const file = await open(temporary, "w", 0o600)
  try {
    await file.chmod(0o600)
    await file.writeFile(`${JSON.stringify(content)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

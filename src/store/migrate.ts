/** @file Migrations: numbered plain SQL, each run once, in order, in a transaction of its own; what has run is never edited. */
import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { readdir, readFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

import { type ClientBase, escapeLiteral } from "pg"

import { fault, messageOf } from "../base/errors.ts"
import type { Log } from "../base/log.ts"
import { connectClient } from "./connect.ts"
import { printRoles } from "./roles.ts"

export type Migration = {
  readonly number: number
  /** `000001_init.sql` */
  readonly name: string
  readonly sql: string
  readonly sha256: string
}

export type MigrateOptions = {
  readonly ownerUrl: string
  readonly log: Log
  /** The package's own sql/ when absent. */
  readonly folder?: string
}

/** Number of the advisory lock that two migrations at once queue for: the letters QMIG. */
const migrationLock = 0x514d4947

/**
 * Runs what has not run yet; returns its names. Several processes may call it at once: the second finds nothing to do.
 * Throws MIGRATION_CHANGED, MIGRATION_UNKNOWN, MIGRATION_FAILED, DATABASE_UNAVAILABLE, DATABASE_TOO_OLD.
 */
export async function migrate({ ownerUrl, log, folder }: MigrateOptions): Promise<readonly string[]> {
  const migrations = await readMigrations(folder)
  const client = await connectClient(ownerUrl, { name: "quernstone migrate" })
  try {
    await client.query("select pg_advisory_lock($1)", [migrationLock])
    await client.query(createMigrationTable)
    const pending = notYetApplied(migrations, await appliedMigrations(client))
    for (const migration of pending) {
      await apply(client, migration)
      log.info({ migration: migration.name }, "database migrated")
    }
    return pending.map(({ name }) => name)
  } finally {
    await client.end()
  }
}

/** Names of the migrations that this database lacks. Throws MIGRATION_CHANGED, MIGRATION_UNKNOWN. */
export async function pendingMigrations(
  client: ClientBase,
  options: { readonly folder?: string } = {},
): Promise<readonly string[]> {
  const migrations = await readMigrations(options.folder)
  return notYetApplied(migrations, await appliedMigrations(client)).map(({ name }) => name)
}

/** All SQL for an administrator who lets no program own a schema: roles, then every migration with its record. */
export async function printMigrations(options: { readonly folder?: string } = {}): Promise<string> {
  const migrations = await readMigrations(options.folder)
  const steps = migrations.map((migration) => `begin;\n${statementsOf(migration)}\ncommit;\n`)
  return [printRoles(), "set role quernstone_owner;", `${createMigrationTable};`, ...steps].join("\n")
}

export async function readMigrations(folder: string = packagedMigrations()): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{6}_\w+\.sql$/.test(name)).sort()
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), "utf8")
      return {
        number: Number(name.slice(0, 6)),
        name,
        sql,
        sha256: createHash("sha256").update(sql).digest("hex"),
      }
    }),
  )
}

/** sql/ stands beside package.json, whether this file runs from the sources, from dist/ or from an installed package. */
function packagedMigrations(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder, "sql")
    if (existsSync(join(candidate, "000001_init.sql"))) return candidate
    if (folder === dirname(folder)) throw new Error("the folder sql/ of the package is missing")
  }
}

const createMigrationTable = `create table if not exists quernstone_server.schema_migration (
  number integer primary key,
  name text not null,
  sha256 text not null,
  applied_at timestamptz(3) not null default now()
);
grant usage on schema quernstone_server to quernstone_app;
grant select on quernstone_server.schema_migration to quernstone_app`

type AppliedMigration = Pick<Migration, "number" | "name" | "sha256">

async function appliedMigrations(client: ClientBase): Promise<readonly AppliedMigration[]> {
  const { rows: found } = await client.query<{ table: string | null }>(
    "select to_regclass('quernstone_server.schema_migration')::text as table",
  )
  if (found[0]?.table === null) return []
  const { rows } = await client.query<AppliedMigration>(
    "select number, name, sha256 from quernstone_server.schema_migration order by number",
  )
  return rows
}

function notYetApplied(
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
): readonly Migration[] {
  for (const { number, name } of applied)
    if (!migrations.some((migration) => migration.number === number))
      throw fault("MIGRATION_UNKNOWN", { name })
  const last = applied.at(-1)?.number ?? 0
  const isApplied = new Map(applied.map(({ number, sha256 }) => [number, sha256]))
  for (const { number, name, sha256 } of migrations) {
    // One that slipped in before an applied one was not there when that ran.
    const isAsApplied = isApplied.has(number) ? isApplied.get(number) === sha256 : number > last
    if (!isAsApplied) throw fault("MIGRATION_CHANGED", { name })
  }
  return migrations.filter(({ number }) => number > last)
}

async function apply(client: ClientBase, migration: Migration): Promise<void> {
  await client.query("begin")
  try {
    await client.query(statementsOf(migration))
    await client.query("commit")
  } catch (error) {
    await client.query("rollback").catch(() => {})
    throw fault("MIGRATION_FAILED", { name: migration.name, reason: messageOf(error) }, { cause: error })
  }
}

function statementsOf({ number, name, sql, sha256 }: Migration): string {
  return `set local search_path = quernstone;
${sql}
insert into quernstone_server.schema_migration (number, name, sha256)
values (${number}, ${escapeLiteral(name)}, ${escapeLiteral(sha256)});`
}

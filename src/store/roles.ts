/** @file The three roles, the database and its schemas: made by us when embedded, printed for an administrator otherwise. */
import { type ClientBase, escapeIdentifier, escapeLiteral } from "pg"

export const databaseName = "quernstone"

/**
 * The owner has everything and logs in to migrate only; the app has data rights and nothing else; the system role sees
 * across workspaces and is entered by SET LOCAL ROLE. NOINHERIT on the member is understood by PostgreSQL 15 and by
 * later ones, where the clause of GRANT replaces it: without it the app would have the system's sight all the time.
 */
const roles = {
  quernstone_owner: "login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls",
  quernstone_app: "login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls",
  quernstone_system: "nologin noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls",
} as const

const schemas = ["quernstone", "quernstone_server"] as const

export type RolePasswords = { readonly owner: string; readonly app: string }

/** Makes the roles that are missing, as a superuser; those that are there keep their passwords. */
export async function ensureRoles(client: ClientBase, passwords: RolePasswords): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "select rolname as name from pg_roles where rolname = any($1)",
    [Object.keys(roles)],
  )
  const found = new Set(rows.map(({ name }) => name))
  if (Object.keys(roles).every((name) => found.has(name))) return
  await client.query(`begin; ${missingRoles(found, passwords).join("; ")}; commit`)
}

function missingRoles(found: ReadonlySet<string>, passwords: RolePasswords): string[] {
  const secrets: Readonly<Record<string, string>> = {
    quernstone_owner: passwords.owner,
    quernstone_app: passwords.app,
  }
  const made = Object.entries(roles)
    .filter(([name]) => !found.has(name))
    .map(([name, attributes]) => {
      const password = secrets[name]
      return `create role ${name} ${attributes}${password === undefined ? "" : ` password ${escapeLiteral(password)}`}`
    })
  return [...made, grantSystem, ...searchPaths]
}

const grantSystem = "grant quernstone_system to quernstone_app"
const searchPaths = ["quernstone_owner", "quernstone_app"].map(
  (role) => `alter role ${role} set search_path = quernstone`,
)

/** Makes the owner's database, closed to everybody else but our roles, as a superuser. */
export async function ensureDatabase(client: ClientBase, name: string): Promise<void> {
  const { rowCount } = await client.query("select from pg_database where datname = $1", [name])
  if (rowCount === 0) await client.query(createDatabase(name))
  await client.query(databaseRights(name).join("; "))
}

/** Makes the schemas that are missing, as a superuser connected to the database itself. */
export async function ensureSchemas(client: ClientBase): Promise<void> {
  for (const name of schemas)
    await client.query(`create schema if not exists ${name} authorization quernstone_owner`)
}

function createDatabase(name: string): string {
  return `create database ${escapeIdentifier(name)} owner quernstone_owner encoding 'UTF8' template template0`
}

function databaseRights(name: string): string[] {
  return [
    `revoke all on database ${escapeIdentifier(name)} from public`,
    `grant connect on database ${escapeIdentifier(name)} to quernstone_app`,
  ]
}

/** For psql, by an administrator of an outside server; the passwords are to be replaced. */
export function printRoles(): string {
  const passwords = { owner: "CHANGE-ME-OWNER", app: "CHANGE-ME-APP" }
  const statements = [
    ...missingRoles(new Set(), passwords),
    createDatabase(databaseName),
    ...databaseRights(databaseName),
  ]
  return [
    "-- As a superuser, once a server. Replace both passwords.",
    ...statements.map((statement) => `${statement};`),
    `\\connect ${databaseName}`,
    ...schemas.map((name) => `create schema ${name} authorization quernstone_owner;`),
    "",
  ].join("\n")
}

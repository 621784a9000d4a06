/** @file Writes the TypeScript types of all rows from the catalogue of a migrated database. */
import type { ClientBase } from "pg"

type ColumnRow = {
  schema: string
  table: string
  column: string
  type: string
  is_required: boolean
  has_default: boolean
  is_always_generated: boolean
}
type CheckRow = { schema: string; table: string; column: string; definition: string }

/** What a value of a PostgreSQL type is in TypeScript; the driver's parsers in connect.ts agree. */
const scalarTypes: Readonly<Record<string, string>> = {
  uuid: "string",
  text: "string",
  boolean: "boolean",
  integer: "number",
  bigint: "number",
  "double precision": "number",
  bytea: "Buffer",
  "timestamp(3) with time zone": "Date",
  "text[]": "string[]",
}

/** The content of src/store/generated/rows.ts. `connection` is the owner's or a superuser's, on a freshly migrated database. */
export async function generateRowTypes(connection: ClientBase): Promise<string> {
  const { rows: columns } = await connection.query<ColumnRow>(selectColumns)
  const { rows: checks } = await connection.query<CheckRow>(selectChecks)
  const tables = new Map<string, ColumnRow[]>()
  for (const column of columns) {
    const name = column.schema === "quernstone" ? column.table : `${column.schema}.${column.table}`
    tables.set(name, [...(tables.get(name) ?? []), column])
  }
  const body = [...tables].map(([name, members]) => tableType(name, members, checks))
  const entries = [...tables.keys()].map((name) => `  ${quoted(name)}: ${typeName(name)}\n`)
  return `${heading}\n${body.join("\n")}\n/** All tables, by the names that statements use. */\nexport type Database = {\n${entries.join("")}}\n`
}

const heading = `/** @file Row types of every table, generated from the real schema by scripts/generate-row-types.ts. Do not edit. */
import type { ColumnType, Generated, GeneratedAlways } from "kysely"

import type { JsonValue } from "../json.ts"

/** Written as JSON text, since the driver would take an array for a PostgreSQL array; read as the value. */
type Json = ColumnType<JsonValue, string, string>
type NullableJson = ColumnType<JsonValue | null, string | null | undefined, string | null>
type GeneratedJson = ColumnType<JsonValue, string | undefined, string>
`

function tableType(name: string, columns: readonly ColumnRow[], checks: readonly CheckRow[]): string {
  const lines = columns.map((column) => `  ${column.column}: ${columnType(column, checks)}\n`)
  return `export type ${typeName(name)} = {\n${lines.join("")}}\n`
}

function columnType(column: ColumnRow, checks: readonly CheckRow[]): string {
  if (column.type === "jsonb" || column.type === "json") {
    if (!column.is_required) return "NullableJson"
    return column.has_default ? "GeneratedJson" : "Json"
  }
  const scalar = literalsOf(column, checks) ?? scalarTypes[column.type]
  if (scalar === undefined)
    throw new Error(`${column.table}.${column.column}: no TypeScript type for ${column.type}`)
  const type = column.is_required ? scalar : `${scalar} | null`
  if (column.is_always_generated) return `GeneratedAlways<${type}>`
  return column.has_default ? `Generated<${type}>` : type
}

/** `check (state in ('queued', ...))` becomes a union of its members. */
function literalsOf(column: ColumnRow, checks: readonly CheckRow[]): string | null {
  const check = checks.find(
    (row) => row.schema === column.schema && row.table === column.table && row.column === column.column,
  )
  const list = /^CHECK \(\((\w+) = ANY \(ARRAY\[(.+)\]\)\)\)$/.exec(check?.definition ?? "")?.[2]
  if (list === undefined) return null
  const literals = [...list.matchAll(/'((?:[^']|'')*)'::text/g)].map(([, text = ""]) =>
    text.replaceAll("''", "'"),
  )
  return literals.map((text) => JSON.stringify(text)).join(" | ")
}

function typeName(name: string): string {
  const words = name.split(/[._]/).map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
  return `${words.join("")}Table`
}

function quoted(name: string): string {
  return name.includes(".") ? `"${name}"` : name
}

const selectColumns = `
  select n.nspname as schema, c.relname as table, a.attname as column,
         format_type(a.atttypid, a.atttypmod) as type,
         a.attnotnull as is_required,
         a.atthasdef or a.attidentity <> '' as has_default,
         a.attidentity = 'a' or a.attgenerated <> '' as is_always_generated
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
   where n.nspname in ('quernstone', 'quernstone_server') and c.relkind in ('r', 'p')
     and a.attnum > 0 and not a.attisdropped
   order by n.nspname collate "C", c.relname collate "C", a.attnum`

const selectChecks = `
  select n.nspname as schema, c.relname as table, a.attname as column, pg_get_constraintdef(k.oid) as definition
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
   where n.nspname in ('quernstone', 'quernstone_server') and k.contype = 'c' and cardinality(k.conkey) = 1
   order by k.conname collate "C"`

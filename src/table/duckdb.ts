/** @file DuckDB in a locked room: it sees one folder and the files it was given, loads nothing, and cannot be unlocked from inside. */
import { mkdir, realpath } from "node:fs/promises"
import { join } from "node:path"

import type { DuckDBConnection, DuckDBDataChunk, DuckDBValue } from "@duckdb/node-api"

export type SandboxOptions = {
  /** The only folder that statements can read and write; spilling goes below it too. */
  readonly folder: string
  /** Real paths of files elsewhere that may be read as well; a link in the folder spells those that look like a pattern. */
  readonly files?: readonly string[] | undefined
  readonly memoryBytes: number
  readonly threads: number
  /** Statements will name hundreds of columns: an optimiser whose time grows with their square is left out. */
  readonly isWide?: boolean | undefined
  /** One Parquet file will be read by many statements: its footer is parsed once (by DuckDB again when the file's time changes). */
  readonly keepsParquetFooters?: boolean | undefined
}

export type Sandbox = {
  /** The real path of the folder, as statements must spell it. */
  readonly folder: string
  /** Runs a statement for its effect. */
  readonly run: (sql: string) => Promise<void>
  /** All rows of a small result. */
  readonly rows: (sql: string) => Promise<DuckDBValue[][]>
  /** A large result, one vector of at most 2,048 rows after the other, in order. */
  readonly chunks: (sql: string) => AsyncGenerator<DuckDBDataChunk>
  readonly close: () => void
}

/** Opens a DuckDB in memory as DECISIONS 4 locks it: own folder only, no extensions, no change of settings, UTC. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const folder = await realpath(options.folder)
  const spillFolder = join(folder, "spill")
  await mkdir(spillFolder, { recursive: true })
  // Loaded when first needed: a fifth of a second that who only trains a network would wait for nothing.
  const { DuckDBInstance } = await import("@duckdb/node-api")
  const instance = await DuckDBInstance.create(":memory:", {
    threads: String(options.threads),
    memory_limit: `${options.memoryBytes}B`,
    temp_directory: spillFolder,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  })
  const connection = await instance.connect()
  if (options.isWide === true) await connection.run("SET disabled_optimizers = 'common_subexpressions'")
  if (options.keepsParquetFooters === true) await connection.run("SET parquet_metadata_cache = true")
  await connection.run("SET TimeZone = 'UTC'")
  const files = options.files ?? []
  if (files.length > 0) await connection.run(`SET allowed_paths = [${files.map(sqlText).join(", ")}]`)
  await connection.run(`SET allowed_directories = [${sqlText(`${folder}/`)}]`)
  await connection.run("SET enable_external_access = false")
  await connection.run("SET lock_configuration = true")
  return {
    folder,
    run: async (sql) => {
      await connection.run(sql)
    },
    rows: async (sql) => (await connection.runAndReadAll(sql)).getRows(),
    chunks: (sql) => streamChunks(connection, sql),
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** A text literal of SQL. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A quoted name of SQL. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** What an import takes at most; the child process has its own, greater limit (DECISIONS 4). */
export const defaultSandboxMemoryBytes = 2 * 1024 ** 3

async function* streamChunks(connection: DuckDBConnection, sql: string): AsyncGenerator<DuckDBDataChunk> {
  const result = await connection.stream(sql)
  for (;;) {
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) return
    yield chunk
  }
}

/** @file A table in memory, column by column: what training reads and what packing turns into tensors. */

export const columnTypes = ["integer", "number", "boolean", "date", "timestamp", "text"] as const
/** `date` and `timestamp` are read as seconds since 1970-01-01T00:00:00 UTC. */
export type ColumnType = (typeof columnTypes)[number]

export type ColumnSchema = { readonly name: string; readonly type: ColumnType }

/** Missing cells: NaN in numbers and times, `booleanMissing` in booleans, null in texts. */
export type TableColumn =
  | {
      readonly name: string
      readonly type: "integer" | "number" | "date" | "timestamp"
      readonly values: Float64Array
    }
  | { readonly name: string; readonly type: "boolean"; readonly values: Uint8Array }
  | { readonly name: string; readonly type: "text"; readonly values: readonly (string | null)[] }

/** In a boolean column: 0 is false, 1 is true, this is missing. */
export const booleanMissing = 2

export type Table = { readonly rowCount: number; readonly columns: readonly TableColumn[] }

export function columnOf(table: Table, name: string): TableColumn | undefined {
  return table.columns.find((column) => column.name === name)
}

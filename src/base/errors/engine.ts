import type { ErrorRow } from "../errors.ts"

export const engineErrors = {} as const satisfies Readonly<Record<string, ErrorRow>>

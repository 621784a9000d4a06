import type { ErrorRow } from "../errors.ts"

export const trainErrors = {} as const satisfies Readonly<Record<string, ErrorRow>>

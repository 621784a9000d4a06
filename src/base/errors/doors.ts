import type { ErrorRow } from "../errors.ts"

export const doorErrors = {} as const satisfies Readonly<Record<string, ErrorRow>>

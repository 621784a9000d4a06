import type { ErrorRow } from "../errors.ts"

export const storeErrors = {} as const satisfies Readonly<Record<string, ErrorRow>>

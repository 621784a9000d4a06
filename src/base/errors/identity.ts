import type { ErrorRow } from "../errors.ts"

export const identityErrors = {} as const satisfies Readonly<Record<string, ErrorRow>>

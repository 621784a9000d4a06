import type { ErrorRow } from "../errors.ts"

export const prepareErrors = {} as const satisfies Readonly<Record<string, ErrorRow>>

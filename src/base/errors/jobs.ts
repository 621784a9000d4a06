import type { ErrorRow } from "../errors.ts"

export const jobErrors = {} as const satisfies Readonly<Record<string, ErrorRow>>

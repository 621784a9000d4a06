import type { ErrorRow } from "../errors.ts"

export const registryErrors = {} as const satisfies Readonly<Record<string, ErrorRow>>

import type { ErrorRow } from "../errors.ts"

export const collectErrors = {} as const satisfies Readonly<Record<string, ErrorRow>>

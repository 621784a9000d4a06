import type { ErrorRow } from "../errors.ts"

export const serveErrors = {} as const satisfies Readonly<Record<string, ErrorRow>>

import type { ErrorRow } from "../errors.ts"

export const onnxErrors = {} as const satisfies Readonly<Record<string, ErrorRow>>

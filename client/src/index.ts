/** @file What the package `@quernstone/client` gives. */
export type { CallOptions, FileBody } from "./call.ts"
export { type Client, type ClientOptions, createClient } from "./client.ts"
export { type ClientCode, type Language, QuernstoneError } from "./error.ts"
export type * from "./generated/types.ts"

/** @file Names of identity that other rooms may use. */
export { generateApiKey, parseApiKey } from "./api-key.ts"
export { type AuditEntry, addAuditEntry } from "./audit.ts"
export { type Authenticator, createAuthenticator, openAuthenticator } from "./authenticator.ts"
export {
  abandonIdempotent,
  beginIdempotent,
  finishIdempotent,
  type IdempotencyHold,
  type IdempotentAnswer,
  type IdempotentBeginning,
  type KeepAnswer,
  releaseIdempotencyKeys,
  removeOldIdempotencyKeys,
} from "./idempotency.ts"
export { createKeyRing, type KeyRing } from "./key-ring.ts"
export { type ApiKey, createKey, type KeyOrder, listKeys, type NewApiKey, revokeKey } from "./keys.ts"
export {
  hostAllowed,
  isLoopback,
  type NetworkPolicy,
  originAllowed,
  type RequestSource,
  requireOwnSource,
} from "./network-policy.ts"
export {
  expandScopes,
  mayPredict,
  openPrincipal,
  type Principal,
  requirePredict,
  requireScope,
  type Scope,
} from "./principal.ts"
export { openAnswer, sealAnswer } from "./sealed-answer.ts"
export { type AdminKey, defaultWorkspaceId, ensureAdminKey, ensureDefaultWorkspace } from "./workspaces.ts"

/** @file Names of identity that other rooms may use. */
export { generateApiKey, parseApiKey } from "./api-key.ts"
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
  scopes,
} from "./principal.ts"

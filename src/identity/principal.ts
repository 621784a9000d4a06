/** @file Who calls: the workspace and the scopes that a key carries, and the two questions that doors ask. */
import { fault } from "../base/errors.ts"

export const scopes = ["predict", "read", "write", "admin"] as const
export type Scope = (typeof scopes)[number]

export type Principal = {
  readonly workspaceId: string
  /** Null when no key was asked for (`--auth off`). */
  readonly keyId: string | null
  /** With everything that a scope includes. */
  readonly scopes: ReadonlySet<Scope>
  /** Endpoints that `predict` is limited to; null is all of the workspace. */
  readonly endpointNames: ReadonlySet<string> | null
}

/** `predict` stands apart: who may read or write models may not thereby call them. */
const includedScopes: Readonly<Record<Scope, readonly Scope[]>> = {
  predict: ["predict"],
  read: ["read"],
  write: ["write", "read"],
  admin: ["admin", "write", "read", "predict"],
}

export function expandScopes(granted: readonly Scope[]): ReadonlySet<Scope> {
  return new Set(granted.flatMap((scope) => includedScopes[scope]))
}

/** Who calls when the server runs with `--auth off`: everybody is admin of the one workspace. */
export function openPrincipal(workspaceId: string): Principal {
  return { workspaceId, keyId: null, scopes: expandScopes(["admin"]), endpointNames: null }
}

/** Throws SCOPE_MISSING. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (principal.scopes.has(scope)) return
  throw fault("SCOPE_MISSING", { scope, scopes: [...principal.scopes].join(", ") })
}

export function mayPredict(principal: Principal, endpointName: string): boolean {
  return (
    principal.scopes.has("predict") &&
    (principal.endpointNames === null || principal.endpointNames.has(endpointName))
  )
}

/** Throws SCOPE_MISSING or ENDPOINT_FORBIDDEN. */
export function requirePredict(principal: Principal, endpointName: string): void {
  requireScope(principal, "predict")
  if (!mayPredict(principal, endpointName)) throw fault("ENDPOINT_FORBIDDEN", { endpoint: endpointName })
}

export function isScope(text: string): text is Scope {
  return scopes.some((scope) => scope === text)
}

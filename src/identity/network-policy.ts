/** @file Which Host and Origin a server answers to: bound to loopback, only its own, so that no web page reaches it by DNS rebinding. */
import { BlockList, isIP } from "node:net"

import { fault } from "../base/errors.ts"

export type NetworkPolicy = {
  /** The address or name that the server listens on. */
  readonly bound: string
  readonly port: number
  /** Further names that are accepted, without ports. */
  readonly allowedHosts: readonly string[]
}

export type RequestSource = { readonly host: string | undefined; readonly origin: string | undefined }

const loopback = new BlockList()
loopback.addSubnet("127.0.0.0", 8, "ipv4")
loopback.addAddress("::1", "ipv6")

/** True for 127.0.0.0/8, ::1, their IPv4-mapped and bracketed forms, and the names localhost and *.localhost (RFC 6761). */
export function isLoopback(address: string): boolean {
  const name = bareName(address)
  const version = isIP(name)
  if (version === 0) return name === "localhost" || name.endsWith(".localhost")
  return loopback.check(name, version === 4 ? "ipv4" : "ipv6")
}

/** The port is not compared: a tunnel (`ssh -L 8080:localhost:7070`) changes it, and an attacker's name is caught without it. */
export function hostAllowed(hostHeader: string | undefined, policy: NetworkPolicy): boolean {
  if (!isLoopback(policy.bound)) return true
  const host = hostHeader === undefined ? null : parseHost(hostHeader)
  return host !== null && isOwnName(host.name, policy)
}

/** A request without Origin comes from no page of another site. A page's Origin must be the very server it calls, or an allowed host. */
export function originAllowed(source: RequestSource, policy: NetworkPolicy): boolean {
  if (source.origin === undefined || !isLoopback(policy.bound)) return true
  const origin = parseOrigin(source.origin)
  if (origin === null) return false
  if (isListed(origin.name, policy)) return true
  const host = source.host === undefined ? null : parseHost(source.host)
  return (
    host !== null &&
    isLoopback(origin.name) &&
    origin.name === host.name &&
    origin.port === (host.port ?? origin.defaultPort)
  )
}

/** Throws HOST_FOREIGN or ORIGIN_FOREIGN; every door calls it before it reads anything else of a request. */
export function requireOwnSource(source: RequestSource, policy: NetworkPolicy): void {
  if (!hostAllowed(source.host, policy)) throw fault("HOST_FOREIGN", { host: quoted(source.host) })
  if (!originAllowed(source, policy)) throw fault("ORIGIN_FOREIGN", { origin: quoted(source.origin) })
}

function isOwnName(name: string, policy: NetworkPolicy): boolean {
  return isLoopback(name) || isListed(name, policy)
}

function isListed(name: string, policy: NetworkPolicy): boolean {
  return policy.allowedHosts.some((allowed) => bareName(allowed) === name)
}

/** `name`, `name:port`, `[ipv6]`, `[ipv6]:port`; null for anything else. */
function parseHost(header: string): { name: string; port: number | null } | null {
  const found = /^(\[[0-9A-Fa-f:.]+\]|[^\s:/?#@[\]\\]+)(?::(\d{1,5}))?$/.exec(header)
  if (found?.[1] === undefined) return null
  return { name: bareName(found[1]), port: found[2] === undefined ? null : Number(found[2]) }
}

function parseOrigin(header: string): { name: string; port: number; defaultPort: number } | null {
  const found = /^(https?):\/\/(.+)$/.exec(header)
  const host = found?.[2] === undefined ? null : parseHost(found[2])
  if (host === null) return null
  const defaultPort = found?.[1] === "https" ? 443 : 80
  return { name: host.name, port: host.port ?? defaultPort, defaultPort }
}

/** Lower case, without brackets, zone and the dot of a fully qualified name. */
function bareName(address: string): string {
  const name = address.toLowerCase().replace(/\.$/, "")
  const inner = name.startsWith("[") && name.endsWith("]") ? name.slice(1, -1) : name
  return inner.includes(":") ? inner.replace(/%.*$/, "") : inner
}

/** What a stranger sent, short enough for a sentence and without line breaks. */
function quoted(text: string | undefined): string {
  return text === undefined ? "(none)" : JSON.stringify(text.slice(0, 100))
}

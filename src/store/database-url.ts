/** @file PostgreSQL addresses as URLs, over a socket or a network: the one form in which a connection is named. */

/** `postgresql://user:password@localhost/database?host=/folder&port=5432` */
export function socketUrl(options: {
  readonly socketFolder: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}): string {
  const url = new URL(`postgresql://localhost/${encodeURIComponent(options.database)}`)
  url.username = options.user
  url.password = options.password
  url.searchParams.set("host", options.socketFolder)
  url.searchParams.set("port", String(options.port))
  // A blank as %20: `+` means a plus sign to PostgreSQL's own library.
  return url.href.replaceAll("+", "%20")
}

/** The same server as another user, or another database of it. */
export function withParts(
  databaseUrl: string,
  parts: { readonly user?: string; readonly password?: string; readonly database?: string },
): string {
  const url = new URL(databaseUrl)
  if (parts.user !== undefined) url.username = parts.user
  if (parts.password !== undefined) url.password = parts.password
  if (parts.database !== undefined) url.pathname = `/${encodeURIComponent(parts.database)}`
  return url.href
}

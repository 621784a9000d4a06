/** @file Serves the built console; it holds no data itself and talks to the native door like anybody else. */
import fastifyStatic from "@fastify/static"
import type { FastifyInstance } from "fastify"

const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

export function registerConsoleDoor(options: {
  readonly app: FastifyInstance
  readonly folder: string
}): void {
  const { app, folder } = options
  app.register(async (scope) => {
    scope.addHook("onRoute", (route) => {
      route.config = { ...route.config, access: "open" }
    })
    await scope.register(fastifyStatic, {
      root: folder,
      // The names of assets carry a hash of what is in them; only the page itself may change.
      setHeaders: (reply, path) => {
        reply.header("content-security-policy", policy)
        reply.header("x-content-type-options", "nosniff")
        reply.header("referrer-policy", "no-referrer")
        reply.header(
          "cache-control",
          path.endsWith(".html") ? "no-cache" : "public, max-age=31536000, immutable",
        )
      },
    })
  })
}

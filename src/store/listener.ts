/** @file LISTEN on a connection of its own, shared by all channels of a process, and taken up again when it is lost. */
import { type Client, escapeIdentifier } from "pg"

import { messageOf } from "../base/errors.ts"
import type { Log } from "../base/log.ts"
import { connectClient } from "./connect.ts"

type OnPayload = (payload: string) => void

const backoffMsMin = 100
const backoffMsMax = 5_000

export class Listener {
  readonly #url: string
  readonly #log: Log
  readonly #channels = new Map<string, Set<OnPayload>>()
  #connection: Promise<Client> | null = null
  #retry: NodeJS.Timeout | null = null
  #backoffMs = backoffMsMin
  #isClosed = false

  constructor(options: { readonly url: string; readonly log: Log }) {
    this.#url = options.url
    this.#log = options.log
  }

  /** Resolves when the channel is heard. Throws DATABASE_UNAVAILABLE when it cannot be for now; nothing is kept then. */
  async add(channel: string, onPayload: OnPayload): Promise<() => Promise<void>> {
    const known = this.#channels.get(channel)
    const members = known ?? new Set<OnPayload>()
    members.add(onPayload)
    this.#channels.set(channel, members)
    const remove = async () => {
      members.delete(onPayload)
      if (members.size > 0 || this.#channels.get(channel) !== members) return
      this.#channels.delete(channel)
      const client = await this.#connection?.catch(() => null)
      await client?.query(`unlisten ${escapeIdentifier(channel)}`).catch(() => {})
    }
    try {
      const client = await this.#connected()
      // A second LISTEN on one channel changes nothing; a fresh connection has had it already.
      await client.query(`listen ${escapeIdentifier(channel)}`)
      return remove
    } catch (error) {
      await remove()
      throw error
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#retry !== null) clearTimeout(this.#retry)
    const client = await this.#connection?.catch(() => null)
    await client?.end()
  }

  #connected(): Promise<Client> {
    this.#connection ??= this.#connect()
    return this.#connection
  }

  async #connect(): Promise<Client> {
    try {
      const client = await connectClient(this.#url, { name: "quernstone listen" })
      client.on("notification", ({ channel, payload }) => this.#deliver(channel, payload ?? ""))
      client.on("end", () => this.#lose(client))
      for (const channel of this.#channels.keys()) await client.query(`listen ${escapeIdentifier(channel)}`)
      this.#backoffMs = backoffMsMin
      return client
    } catch (error) {
      this.#connection = null
      throw error
    }
  }

  #deliver(channel: string, payload: string): void {
    for (const onPayload of this.#channels.get(channel) ?? []) {
      try {
        onPayload(payload)
      } catch (error) {
        this.#log.error({ channel, error: messageOf(error) }, "a listener failed")
      }
    }
  }

  #lose(client: Client): void {
    client.removeAllListeners("notification")
    this.#connection = null
    if (this.#isClosed || this.#channels.size === 0) return
    this.#log.warn({}, "the connection that listens was lost; it is taken up again")
    this.#retryLater()
  }

  #retryLater(): void {
    this.#retry = setTimeout(() => {
      this.#connected().catch(() => this.#isClosed || this.#retryLater())
    }, this.#backoffMs)
    this.#backoffMs = Math.min(backoffMsMax, this.#backoffMs * 2)
  }
}

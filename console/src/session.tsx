/** @file Who reads: the API key of this tab, and the server as that key may see it. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query"
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react"

import { useLanguage } from "./language.tsx"
import { type Client, serverFor } from "./server.ts"
import { readStored, writeStored } from "./storage.ts"

export type Session = {
  readonly key: string | null
  readonly server: Client
  readonly signIn: (key: string) => void
  readonly signOut: () => void
}

const storedName = "quernstone.key"
const keyPattern = /^qst_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}$/

const SessionContext = createContext<Session | null>(null)

/** Each key has its own cache, so that nothing which one key may see is left over for the next. */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const { language } = useLanguage()
  const [key, setKey] = useState<string | null>(
    () => takeKeyFromAddress() ?? readStored("session", storedName),
  )
  useEffect(() => {
    const take = () => setKey((current) => takeKeyFromAddress() ?? current)
    window.addEventListener("hashchange", take)
    return () => window.removeEventListener("hashchange", take)
  }, [])
  const session = useMemo<Session>(() => {
    const change = (next: string | null) => {
      writeStored("session", storedName, next)
      setKey(next)
    }
    return {
      key,
      server: serverFor({ key, language }),
      signIn: (chosen) => change(chosen),
      signOut: () => change(null),
    }
  }, [key, language])
  return (
    <SessionContext value={session}>
      <CacheProvider key={key}>{children}</CacheProvider>
    </SessionContext>
  )
}

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session === null) throw new Error("useSession stands outside SessionProvider")
  return session
}

export function isKey(text: string): boolean {
  return keyPattern.test(text)
}

function CacheProvider({ children }: { readonly children: ReactNode }) {
  const [cache] = useState(
    () =>
      new QueryClient({
        // A server on this machine is reachable without a network, so the browser's "offline" means nothing.
        defaultOptions: { queries: { retry: false, networkMode: "always", refetchOnWindowFocus: true } },
      }),
  )
  return <QueryClientProvider client={cache}>{children}</QueryClientProvider>
}

/** A link of the terminal ends in `#key=...`: the key moves into this tab's storage and out of the address and the history. */
function takeKeyFromAddress(): string | null {
  const fragment = new URLSearchParams(window.location.hash.slice(1))
  const key = fragment.get("key")
  if (key === null) return null
  window.history.replaceState(null, "", window.location.pathname + window.location.search)
  if (!isKey(key)) return null
  writeStored("session", storedName, key)
  return key
}

/** @file TLS material: read at the start, checked, and read again when its files change. */

import { unwatchFile, watchFile } from "node:fs"
import { readFile } from "node:fs/promises"
import { createSecureContext } from "node:tls"

import { fault, messageOf } from "../../base/errors.ts"
import type { Log } from "../../base/log.ts"

export type TlsFiles = { readonly certificate: string; readonly key: string }
export type TlsMaterial = { readonly certificate: string; readonly key: string }

/** Throws TLS_UNREADABLE. */
export async function readTls(files: TlsFiles): Promise<TlsMaterial> {
  const certificate = await readPem(files.certificate)
  const key = await readPem(files.key)
  try {
    createSecureContext({ cert: certificate, key })
  } catch (error) {
    throw fault("TLS_UNREADABLE", { file: files.certificate, reason: messageOf(error) }, { cause: error })
  }
  return { certificate, key }
}

/** A renewed certificate is used within seconds; a broken one is logged and the old one stays. */
export function watchTls(options: {
  readonly files: TlsFiles
  readonly log: Log
  readonly onChange: (material: TlsMaterial) => void
  readonly everyMs: number
}): () => void {
  const { files, log, onChange, everyMs } = options
  const reload = () => {
    readTls(files).then(
      (material) => {
        onChange(material)
        log.info({ file: files.certificate }, "TLS certificate read again")
      },
      (error: unknown) =>
        log.error({ error: messageOf(error) }, "the new TLS files cannot be used; the old ones stay"),
    )
  }
  for (const file of [files.certificate, files.key])
    watchFile(file, { interval: everyMs, persistent: false }, reload)
  return () => {
    for (const file of [files.certificate, files.key]) unwatchFile(file, reload)
  }
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8")
  } catch (error) {
    throw fault("TLS_UNREADABLE", { file, reason: messageOf(error) }, { cause: error })
  }
}

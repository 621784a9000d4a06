/** @file A file of this machine made into a dataset version of the server. */
import { openAsBlob } from "node:fs"
import { stat } from "node:fs/promises"
import { basename } from "node:path"

import { z } from "zod"

import type { Client, DatasetVersion } from "../../client/src/index.ts"
import { messageOf } from "../base/errors.ts"
import type { Context } from "./context.ts"
import { Failure } from "./failure.ts"
import { followJob } from "./follow-job.ts"
import type { Terminal } from "./terminal.ts"

/** How the file is written, where it should not be guessed. */
export type ImportOptions = {
  readonly delimiter?: string
  readonly decimal?: "." | ","
  readonly header?: boolean
  readonly encoding?: string
}

const versionResult = z.object({ version: z.int().positive() })

/** Uploads, waits for the import, and reads the version; equal content gives the version that is there already. */
export async function uploadDataset(
  context: Context,
  client: Client,
  options: { readonly file: string; readonly name: string; readonly importOptions: ImportOptions },
): Promise<DatasetVersion> {
  const { terminal, signal } = context
  const { file, name } = options
  const { delimiter, decimal, header, encoding } = options.importOptions
  const body = await openFile(file, terminal)
  const uploading = terminal.progress(terminal.say("uploading", { file: basename(file) }))
  const query = {
    filename: basename(file),
    delimiter,
    decimal,
    // Only --no-header says something; the default is to look.
    header: header === false ? ("false" as const) : undefined,
    encoding,
  }
  const job = await client.addDatasetVersion({ name, query, body, signal }).finally(() => uploading.end())
  const label = terminal.say("importing", { name })
  const { result } = await followJob(context, client, { job, label })
  const { data } = versionResult.safeParse(result)
  return client.getDatasetVersion({ name, version: data?.version ?? "latest" })
}

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isFile(),
    () => false,
  )
}

async function openFile(file: string, { say }: Terminal): Promise<Blob> {
  try {
    return await openAsBlob(file)
  } catch (error) {
    throw new Failure("FILE_UNREADABLE", say("fileUnreadable", { file, reason: messageOf(error) }))
  }
}

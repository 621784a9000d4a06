/**
 * @file Who holds which blob, and the collection of blobs that nobody holds.
 *
 * A blob is put first and referenced afterwards, by a transaction that may be any time in coming. Three things keep the
 * collector from taking it in between:
 * - `put` renews the blob's time even when the content was there, and only blobs older than the grace time are taken;
 * - the collector moves a blob away before it looks at its time again, so that a put which comes at that very moment
 *   either shows in that time, and the blob goes back, or makes a new file that the deletion does not touch;
 * - adding a reference and collecting take one advisory lock a digest until the end of their transactions: a
 *   reference that is added to an old blob is seen by the collector, or waits until the blob is gone.
 * So a reference must be added within the grace time after its put, or in a transaction that sees another reference.
 */
import { sql } from "kysely"

import type { Clock } from "../base/clock.ts"
import type { BlobStore } from "./blobs.ts"
import type { Store, Transaction } from "./database.ts"

export type BlobHolder = {
  readonly workspaceId: string
  /** `dataset_version`, `model_version`, ... */
  readonly holderKind: string
  readonly holderId: string
}

/** In the transaction that writes the holder; adding it twice is the same as once. */
export async function addBlobReference(
  transaction: Transaction,
  reference: BlobHolder & { readonly digest: string; readonly byteLength: number },
): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(hashtextextended(${reference.digest}, ${lockSeed}))`.execute(
    transaction,
  )
  await transaction
    .insertInto("blob_reference")
    .values({
      workspace_id: reference.workspaceId,
      digest: reference.digest,
      holder_kind: reference.holderKind,
      holder_id: reference.holderId,
      byte_length: reference.byteLength,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** All references of one holder, in the transaction that deletes it; the blobs themselves go by collection. */
export async function removeBlobReferences(transaction: Transaction, holder: BlobHolder): Promise<void> {
  await transaction
    .deleteFrom("blob_reference")
    .where("workspace_id", "=", holder.workspaceId)
    .where("holder_kind", "=", holder.holderKind)
    .where("holder_id", "=", holder.holderId)
    .execute()
}

/** Deletes blobs that nobody has held for the grace time, and what dead puts left; returns how many of each. */
export async function collectBlobs(options: {
  readonly store: Store
  readonly blobs: BlobStore
  readonly graceMs: number
  readonly clock: Clock
}): Promise<{ readonly blobs: number; readonly unfinished: number }> {
  const { store, blobs, graceMs, clock } = options
  const beforeMs = clock.nowMs() - graceMs
  let count = 0
  for await (const { digest, modifiedAtMs } of blobs.list()) {
    if (modifiedAtMs >= beforeMs) continue
    if (await collectOne({ store, blobs, digest, beforeMs })) count++
  }
  return { blobs: count, unfinished: await blobs.deleteUnfinished(beforeMs) }
}

/** Parts these locks from others that hash a text. */
const lockSeed = 0x424c4f42

function collectOne(options: {
  readonly store: Store
  readonly blobs: BlobStore
  readonly digest: string
  readonly beforeMs: number
}): Promise<boolean> {
  const { store, blobs, digest, beforeMs } = options
  return store.acrossWorkspaces("blob collection", async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${digest}, ${lockSeed}))`.execute(transaction)
    // Index blob_reference_digest.
    const holder = await transaction
      .selectFrom("blob_reference")
      .select("holder_id")
      .where("digest", "=", digest)
      .limit(1)
      .executeTakeFirst()
    return holder === undefined && blobs.deleteIfPutBefore(digest, beforeMs)
  })
}

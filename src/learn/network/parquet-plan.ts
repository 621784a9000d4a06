/** @file Which rows of which files make up each window of an epoch: shards in a random order, several to a window. */
import { randomOrder, streamKey } from "../../evaluate/random.ts"

/** Rows `from` to `to` - 1 of a file, by their place in it. */
export type Shard = { readonly file: number; readonly from: number; readonly to: number }

/** Neighbours in a file are often alike; this many shards from anywhere are mixed in one window. */
export const shardsPerWindow = 8

/** Shards of at most `shardRows` rows: runs of consecutive row groups of one file, and parts of row groups that are larger. */
export function shardsOf(
  rowGroupsOfFiles: readonly (readonly number[])[],
  { shardRows }: { readonly shardRows: number },
): Shard[] {
  return rowGroupsOfFiles.flatMap((rowGroups, file) => {
    const shards: Shard[] = []
    let from = 0
    let to = 0
    const close = () => {
      if (to > from) shards.push({ file, from, to })
      from = to
    }
    for (const rows of rowGroups) {
      if (to - from + rows > shardRows) close()
      const parts = Math.max(1, Math.ceil(rows / shardRows))
      const start = to
      for (let part = 1; part <= parts; part++) {
        // Even parts: a small rest would cost as much to find as a whole one.
        to = start + Math.floor((rows * part) / parts)
        if (parts > 1) close()
      }
    }
    close()
    return shards
  })
}

/**
 * The shards of every window of an epoch, each shard once. The order is a function of (seed, epoch); a window takes shards as they come
 * while they fit into `windowRows`, and reads them in the order of their places.
 */
export function windowsOf(
  shards: readonly Shard[],
  options: { readonly seed: number; readonly epoch: number; readonly windowRows: number },
): Shard[][] {
  const { seed, epoch, windowRows } = options
  const windows: Shard[][] = []
  let rowsLeft = 0
  for (const place of randomOrder(streamKey({ seed, stream: epoch }), shards.length)) {
    const shard = shards[place]
    if (shard === undefined) continue
    const rows = shard.to - shard.from
    const window = windows.at(-1)
    if (window === undefined || rows > rowsLeft) {
      windows.push([shard])
      rowsLeft = windowRows - rows
    } else {
      window.push(shard)
      rowsLeft -= rows
    }
  }
  for (const window of windows) window.sort((a, b) => a.file - b.file || a.from - b.from)
  return windows
}

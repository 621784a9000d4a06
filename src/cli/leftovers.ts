/** @file What a data folder has made, in and outside of it: a command that removes everything has to name it all. */
import { readFile } from "node:fs/promises"
import { dirname, join } from "node:path"

import { quote } from "./curl.ts"

const clusterPath = /^\/(?!.*\/\.\.?\/).*\/pg-[0-9a-f]{16}\/pg$/

/**
 * `rm -rf` of all that belongs to a data folder, ready to paste. As root, PostgreSQL's files stand outside where its
 * user cannot enter the folder; DATA/pg-location then names them (see store/cluster-location.ts).
 */
export async function removalCommand(dataFolder: string): Promise<string> {
  const noted = (await readFile(join(dataFolder, "pg-location"), "utf8").catch(() => "")).trim()
  // People paste this: a damaged note must not name a folder that is not ours.
  const folders = clusterPath.test(noted) ? [dataFolder, dirname(noted)] : [dataFolder]
  return `rm -rf ${folders.map((folder) => (/^[\w./-]+$/.test(folder) ? folder : quote(folder))).join(" ")}`
}

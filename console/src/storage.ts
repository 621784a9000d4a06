/** @file What the browser keeps for this page; a browser that keeps nothing (storage blocked) is served all the same. */

/** `session` lives as long as the tab, `local` until it is cleared. */
export type Shelf = "session" | "local"

export function readStored(shelf: Shelf, name: string): string | null {
  try {
    return storageOf(shelf).getItem(name)
  } catch {
    return null
  }
}

/** null removes. */
export function writeStored(shelf: Shelf, name: string, value: string | null): void {
  try {
    if (value === null) storageOf(shelf).removeItem(name)
    else storageOf(shelf).setItem(name, value)
  } catch {
    // Blocked by the browser's settings: the page forgets at reload, which harms nobody.
  }
}

function storageOf(shelf: Shelf): Storage {
  return shelf === "session" ? window.sessionStorage : window.localStorage
}

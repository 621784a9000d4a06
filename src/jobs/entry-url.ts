/** @file The address of a worker's or child's entry file beside the file that starts it. */

/** `.js` when compiled, `.ts` when Node runs the source itself: the ending is that of the caller. */
export function entryUrl(name: string, callerUrl: string): URL {
  return new URL(`./${name}${callerUrl.slice(-3)}`, callerUrl)
}

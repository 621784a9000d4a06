/** @file Times, counts and sizes as a terminal shows them. */

/** `2026-11-24 06:30` in the reader's own time zone; `-` for none. */
export function localTime(timestamp: string | null): string {
  if (timestamp === null) return "-"
  const time = new Date(timestamp)
  const two = (value: number) => String(value).padStart(2, "0")
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`
}

/** `1.9 MB`, in powers of 1000 as disks are sold. */
export function byteText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"]
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const value = bytes / 1000 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`
}

/** `25,000`. */
export function countText(count: number): string {
  return count.toLocaleString("en")
}

/** @file Figures, sizes and times as people read them, in the language of the page. */
import type { Language } from "../../src/base/sentences/say.ts"

export type Format = ReturnType<typeof formatIn>

const kib = 1024
const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
]
/** From here on, and below its inverse, a figure is written with a power of ten. */
const plainBelow = 1e9
const plainFrom = 1e-4

export function formatIn(language: Language) {
  const locale = language === "zh" ? "zh-CN" : "en"
  // Years and codes of four digits are not grouped.
  const useGrouping = "min2"
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0, useGrouping })
  const figures = new Intl.NumberFormat(locale, { maximumSignificantDigits: 5, useGrouping })
  const scores = new Intl.NumberFormat(locale, { minimumSignificantDigits: 3, maximumSignificantDigits: 4 })
  const powers = new Intl.NumberFormat(locale, { notation: "scientific", maximumSignificantDigits: 4 })
  const percent = new Intl.NumberFormat(locale, {
    style: "percent",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" })
  const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" })
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "medium" })

  function number(value: number): string {
    const size = Math.abs(value)
    if (Number.isInteger(value) && size < 1e15) return whole.format(value)
    return size >= plainBelow || size < plainFrom ? powers.format(value) : figures.format(value)
  }

  return {
    number,
    /** How to write figures that are added up: all with the same decimals, those that are added with their sign. */
    sums: (figures: readonly number[]) => {
      const decimals = decimalsFor(figures)
      const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
      const plain = new Intl.NumberFormat(locale, digits)
      const signed = new Intl.NumberFormat(locale, { ...digits, signDisplay: "exceptZero" })
      return {
        sum: (value: number) => plain.format(value),
        addend: (value: number) => signed.format(value),
      }
    },
    /** A score and its interval: four figures, so that the interval is seen. */
    score: (value: number) => scores.format(value),
    percent: (share: number) => percent.format(share),
    bytes: (bytes: number) =>
      bytes < kib * kib
        ? `${figures.format(Math.round(bytes / kib))} KiB`
        : bytes < kib * kib * kib
          ? `${figures.format(Math.round(bytes / kib / kib))} MiB`
          : `${figures.format(Math.round((bytes / kib / kib / kib) * 10) / 10)} GiB`,
    /** `5 minutes ago`, from an RFC 3339 text. */
    ago: (time: string, nowMs: number) => {
      const seconds = Math.min(0, Math.round((Date.parse(time) - nowMs) / 1000))
      const unit = units.find(([, length]) => -seconds >= length)
      return unit === undefined
        ? relative.format(0, "second")
        : relative.format(Math.trunc(seconds / unit[1]), unit[0])
    },
    /** Day and time, from an RFC 3339 text, in the reader's own zone. */
    moment: (time: string) => moments.format(Date.parse(time)),
    clock: (timeMs: number) => clock.format(timeMs),
    duration: (durationMs: number) => duration(durationMs, locale),
  }
}

/** Enough decimals that the largest value shows four figures, from 0 to 6. */
function decimalsFor(values: readonly number[]): number {
  const largest = Math.max(...values.map(Math.abs), Number.MIN_VALUE)
  return Math.min(6, Math.max(0, 3 - Math.floor(Math.log10(largest))))
}

function duration(durationMs: number, locale: string): string {
  const unit = (value: number, name: string, decimals = 0) =>
    new Intl.NumberFormat(locale, {
      style: "unit",
      unit: name,
      unitDisplay: "short",
      maximumFractionDigits: decimals,
    }).format(value)
  if (durationMs < 1_000) return unit(Math.max(1, Math.round(durationMs)), "millisecond")
  if (durationMs < 60_000) return unit(durationMs / 1_000, "second", 1)
  const minutes = Math.floor(durationMs / 60_000)
  if (minutes < 60)
    return `${unit(minutes, "minute")} ${unit(Math.floor((durationMs % 60_000) / 1_000), "second")}`
  return `${unit(Math.floor(minutes / 60), "hour")} ${unit(minutes % 60, "minute")}`
}

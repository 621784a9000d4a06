/** @file How one raw value becomes what a tensor holds: categories in canonical form, numbers in float32, times in whole seconds. */
import type { SignatureColumn } from "./signature.ts"

export type DatetimeFormat = Extract<SignatureColumn, { kind: "datetime" }>["formats"][number]

/** Every text form of a date begins with the year, so that none can be mistaken for another. */
export const datetimeFormats: readonly DatetimeFormat[] = [
  "iso",
  "yyyy-mm-dd",
  "yyyy/mm/dd",
  "yyyymmdd",
  "yyyy年m月d日",
]

export const float32Max = 3.4028234663852886e38

/** Rounds once; what is finite stays finite (saturated), since the graph takes infinity for a mistake. */
export function toFloat32(value: number): number {
  const rounded = Math.fround(value)
  if (rounded === Number.POSITIVE_INFINITY && value !== rounded) return float32Max
  if (rounded === Number.NEGATIVE_INFINITY && value !== rounded) return -float32Max
  return rounded
}

const nul = "\u0000"
const wholeNumberPattern = /^(-?(?:0|[1-9][0-9]*))\.0+$/
const loneSurrogates = /\p{Surrogate}/gu

export function hasNul(text: string): boolean {
  return text.includes(nul)
}

/**
 * The one text that stands for a category: numbers as their shortest decimal (ECMAScript's Number::toString), `true` and `false`, texts in
 * Unicode NFC, not trimmed, lone surrogates as U+FFFD; a text such as `1.0` is `1`, `-0` is `0`. Missing is `""`. Idempotent.
 */
export function canonicalCategory(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value)
  const whole = wholeNumberPattern.exec(value)?.[1] ?? value
  if (whole === "-0") return "0"
  return whole.normalize("NFC").replace(loneSurrogates, "\ufffd")
}

export const secondsPerDay = 86_400

/** Day number of 0001-01-01, the first day that a date can name. */
const firstDay = -719_162
const daysBeforeMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const
const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

/** Days since 1970-01-01 of a date of the proleptic Gregorian calendar, years 1 to 9999; NaN when there is no such date. */
export function dayNumber(year: number, month: number, day: number): number {
  const before = daysBeforeMonth[month - 1]
  if (before === undefined || year < 1) return Number.NaN
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const length = (daysOfMonth[month - 1] ?? 0) + (isLeap && month === 2 ? 1 : 0)
  if (day < 1 || day > length) return Number.NaN
  const past = year - 1
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400)
  return firstDay + 365 * past + leapDays + before + (isLeap && month > 2 ? 1 : 0) + day - 1
}

const clock =
  "[Tt ](?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2})(?:\\.\\d+)?)?(?:[Zz]|(?<sign>[+-])(?<zoneHour>\\d{2}):?(?<zoneMinute>\\d{2}))?"

/** Named groups year, month, day and, with a time of day, hour, minute, second, sign, zoneHour, zoneMinute. */
const patterns: Readonly<Record<DatetimeFormat, RegExp>> = {
  iso: datePattern(["-", "-", ""], clock),
  "yyyy-mm-dd": datePattern(["-", "-", ""], ""),
  "yyyy/mm/dd": datePattern(["/", "/", ""], `(?:${clock})?`),
  yyyymmdd: /^(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})$/,
  yyyy年m月d日: datePattern(["年", "月", "日"], `(?:${clock})?`),
}

function datePattern(marks: readonly [string, string, string], time: string): RegExp {
  const [afterYear, afterMonth, afterDay] = marks
  const month = "(?<month>\\d{1,2})"
  const day = "(?<day>\\d{1,2})"
  return new RegExp(`^(?<year>\\d{4})${afterYear}${month}${afterMonth}${day}${afterDay}${time}$`)
}

/** One text of each form, for sentences. */
export const datetimeExamples: Readonly<Record<DatetimeFormat, string>> = {
  iso: "2026-11-23T09:30:00Z",
  "yyyy-mm-dd": "2026-11-23",
  "yyyy/mm/dd": "2026/11/23",
  yyyymmdd: "20261123",
  yyyy年m月d日: "2026年11月23日",
}

/** Whole seconds since 1970-01-01T00:00:00 UTC; without an offset the text is UTC; NaN when it is no date of these formats. */
export function parseDatetime(text: string, formats: readonly DatetimeFormat[]): number {
  for (const format of formats) {
    const parts = patterns[format].exec(text)?.groups
    if (parts === undefined) continue
    const days = dayNumber(Number(parts.year), Number(parts.month), Number(parts.day))
    return days * secondsPerDay + secondOfDay(parts)
  }
  return Number.NaN
}

function secondOfDay(parts: Readonly<Record<string, string | undefined>>): number {
  const hour = Number(parts.hour ?? 0)
  const minute = Number(parts.minute ?? 0)
  const second = Number(parts.second ?? 0)
  const zoneHour = Number(parts.zoneHour ?? 0)
  const zoneMinute = Number(parts.zoneMinute ?? 0)
  if (hour > 23 || minute > 59 || second > 59 || zoneHour > 23 || zoneMinute > 59) return Number.NaN
  const offset = (zoneHour * 60 + zoneMinute) * 60
  return hour * 3600 + minute * 60 + second - (parts.sign === "-" ? -offset : offset)
}

const millisecondsMax = 8.64e15

/** The text that stands for a moment: `2026-11-23`, or `2026-11-23T09:30:00Z` for precision `second`. */
export function formatDatetime(seconds: number, precision: "date" | "second"): string {
  const milliseconds = Math.floor(seconds) * 1000
  if (!(Math.abs(milliseconds) <= millisecondsMax)) return String(seconds)
  const text = new Date(milliseconds).toISOString()
  return precision === "date" ? text.slice(0, text.indexOf("T")) : `${text.slice(0, text.indexOf("."))}Z`
}

/** @file The parts of a moment that models learn from, in UTC and the proleptic Gregorian calendar. */
import { secondsPerDay } from "./cells.ts"
import type { DatePart } from "./recipe.ts"

/** Days of the years 1 to 9999: what a date can be; the graph draws others in. */
export const dayRange = { first: -719_162, last: 2_932_896 } as const

/** Of a day since 1970-01-01 and a second of the day; month 1 to 12, day_of_week 0 (Monday) to 6, day_of_year 1 to 366. */
export function datePartsOf(day: number, second: number): ReadonlyMap<DatePart, number> {
  const drawnIn = Math.min(Math.max(day, dayRange.first), dayRange.last)
  const millisecondsPerDay = secondsPerDay * 1000
  const date = new Date(drawnIn * millisecondsPerDay)
  const newYear = new Date(date)
  newYear.setUTCMonth(0, 1)
  return new Map<DatePart, number>([
    ["year", date.getUTCFullYear()],
    ["month", date.getUTCMonth() + 1],
    ["day_of_week", (date.getUTCDay() + 6) % 7],
    ["day_of_year", (date.getTime() - newYear.getTime()) / millisecondsPerDay + 1],
    ["hour", Math.floor(second / 3600)],
    ["minute", Math.floor(second / 60) % 60],
  ])
}

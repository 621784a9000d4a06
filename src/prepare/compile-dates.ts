/** @file Emits the parts of dates by integer arithmetic, all date columns at once. */
import { int } from "../onnx/attributes.ts"
import type { GraphBuilder } from "../onnx/builder.ts"
import { secondsPerDay } from "./cells.ts"
import { castTo, float, floats, indexes, integer } from "./constants.ts"
import { dayRange } from "./date-parts.ts"
import { datetimesOf, type FittedRecipe, type Scalar } from "./fitted-recipe.ts"
import { type DatePart, dateParts } from "./recipe.ts"
import type { Signature } from "./signature.ts"

export type EmittedDates = {
  /** float32 [batch, scalars], never NaN. */
  readonly value: string
  readonly scalars: readonly Scalar[]
  /** bool [batch, date columns]. */
  readonly isMissing: string
  /** Which date columns have an indicator feature. */
  readonly indicating: readonly number[]
}

/** Scalars are ordered by part, then by column. There is at least one date column. */
export function emitDateParts(
  builder: GraphBuilder,
  signature: Signature,
  fitted: FittedRecipe,
): EmittedDates {
  const columns = datetimesOf(fitted)
  const positions = signature.columns.flatMap(({ kind, position }) => (kind === "datetime" ? [position] : []))
  const used = new Set(columns.flatMap(({ parts }) => parts.map(({ part }) => part)))
  const dayValues = builder.op("Gather", ["numeric", indexes(builder, positions)], { axis: int(1) })
  const isMissing = builder.op("IsNaN", [dayValues])
  const days = wholeNumbers(builder, {
    value: dayValues,
    isMissing,
    imputes: columns.map(({ imputeDay }) => imputeDay),
    low: dayRange.first,
    high: dayRange.last,
  })
  const emitted = { ...calendar(builder, days, used), ...clock(builder, used, { positions, columns }) }
  const matrices: string[] = []
  const scalars: Scalar[] = []
  const chosen: number[] = []
  for (const part of dateParts) {
    const matrix = emitted[part]
    if (matrix === undefined || !used.has(part)) continue
    for (const [at, column] of columns.entries()) {
      const figures = column.parts.find((other) => other.part === part)
      if (figures === undefined) continue
      chosen.push(matrices.length * columns.length + at)
      scalars.push({ ...figures, column: column.name, name: `${column.name} ${part}` })
    }
    matrices.push(matrix)
  }
  const together =
    matrices.length === 1 ? (matrices[0] ?? "") : builder.op("Concat", matrices, { axis: int(1) })
  const areAll = chosen.length === matrices.length * columns.length
  const picked = areAll
    ? together
    : builder.op("Gather", [together, indexes(builder, chosen)], { axis: int(1) })
  const indicating = columns.flatMap(({ missingIndicator }, at) => (missingIndicator ? [at] : []))
  return { value: castTo(builder, picked, "float32"), scalars, isMissing, indicating }
}

/** Filled in, drawn in, then cast: no float that is left can overflow the integers. */
function wholeNumbers(
  builder: GraphBuilder,
  options: {
    readonly value: string
    readonly isMissing: string
    readonly imputes: readonly number[]
    readonly low: number
    readonly high: number
  },
): string {
  const { value, isMissing, imputes, low, high } = options
  const filled = builder.op("Where", [isMissing, floats(builder, imputes), value])
  return castTo(builder, builder.op("Clip", [filled, float(builder, low), float(builder, high)]), "int64")
}

type Emitted = Partial<Record<DatePart, string>>

/**
 * days int64 [batch, columns], of the years 1 to 9999. Counted from 0000-03-01, years of 365 days, leap days last, repeat in eras of
 * 400 years (146,097 days); months from March on have floor((153 m + 2) / 5) days before them.
 */
function calendar(builder: GraphBuilder, days: string, used: ReadonlySet<DatePart>): Emitted {
  const { add, subtract, times, over, modulo } = arithmetic(builder)
  const sinceYearOne = add(days, integer(builder, -dayRange.first))
  // 0001-01-01 was a Monday.
  const week = used.has("day_of_week") ? { day_of_week: modulo(sinceYearOne, 7) } : {}
  if (!(used.has("year") || used.has("month") || used.has("day_of_year"))) return week
  const sinceMarch = add(sinceYearOne, integer(builder, daysFromMarchToYearOne))
  const era = over(sinceMarch, daysPerEra)
  const dayOfEra = subtract(sinceMarch, times(era, daysPerEra))
  const withoutLeapDays = subtract(
    add(subtract(dayOfEra, over(dayOfEra, 1460)), over(dayOfEra, 36_524)),
    over(dayOfEra, 146_096),
  )
  const yearOfEra = over(withoutLeapDays, 365)
  const daysBeforeYear = subtract(add(times(yearOfEra, 365), over(yearOfEra, 4)), over(yearOfEra, 100))
  const dayFromMarch = subtract(dayOfEra, daysBeforeYear)
  const monthFromMarch = over(add(times(dayFromMarch, 5), integer(builder, 2)), 153)
  /** 1 in January and February, which belong to the next year. */
  const isNextYear = over(monthFromMarch, 10)
  const year = add(add(yearOfEra, times(era, 400)), isNextYear)
  const month = subtract(add(monthFromMarch, integer(builder, 3)), times(isNextYear, 12))
  const past = add(year, integer(builder, -1))
  const daysBefore = add(subtract(add(times(past, 365), over(past, 4)), over(past, 100)), over(past, 400))
  const dayOfYear = add(subtract(sinceYearOne, daysBefore), integer(builder, 1))
  return { ...week, year, month, day_of_year: dayOfYear }
}

const daysPerEra = 146_097
const daysFromMarchToYearOne = 306

/** hour and minute, from the columns of seconds, where one of them is used. */
function clock(
  builder: GraphBuilder,
  used: ReadonlySet<DatePart>,
  dates: { readonly positions: readonly number[]; readonly columns: ReturnType<typeof datetimesOf> },
): Emitted {
  if (!(used.has("hour") || used.has("minute"))) return {}
  const at = indexes(
    builder,
    dates.positions.map((position) => position + 1),
  )
  const value = builder.op("Gather", ["numeric", at], { axis: int(1) })
  const seconds = wholeNumbers(builder, {
    value,
    isMissing: builder.op("IsNaN", [value]),
    imputes: dates.columns.map(({ imputeSecond }) => imputeSecond),
    low: 0,
    high: secondsPerDay - 1,
  })
  const { over, modulo } = arithmetic(builder)
  return { hour: over(seconds, 3600), minute: modulo(over(seconds, 60), 60) }
}

/** Operators on int64 that are never negative, so that division rounds down. */
function arithmetic(builder: GraphBuilder) {
  return {
    add: (one: string, other: string) => builder.op("Add", [one, other]),
    subtract: (one: string, other: string) => builder.op("Sub", [one, other]),
    times: (value: string, factor: number) => builder.op("Mul", [value, integer(builder, factor)]),
    over: (value: string, divisor: number) => builder.op("Div", [value, integer(builder, divisor)]),
    modulo: (value: string, divisor: number) => builder.op("Mod", [value, integer(builder, divisor)]),
  }
}

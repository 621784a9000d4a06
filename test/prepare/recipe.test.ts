/** @file What columns are proposed to be used for, and plans that people edited. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { isFault } from "../../src/base/errors.ts"
import { sayer } from "../../src/base/sentences/say.ts"
import { inferRecipe } from "../../src/prepare/infer-recipe.ts"
import { parseRecipePlan } from "../../src/prepare/recipe.ts"
import { recipeReasons } from "../../src/prepare/recipe-reasons.ts"
import type { TableColumn } from "../../src/table/table.ts"
import { table } from "./tables.ts"

const rowCount = 60

function numbers(
  name: string,
  type: "integer" | "number" | "date" | "timestamp",
  value: (row: number) => number,
): TableColumn {
  return { name, type, values: Float64Array.from({ length: rowCount }, (_, row) => value(row)) }
}

function texts(name: string, value: (row: number) => string | null): TableColumn {
  return { name, type: "text", values: Array.from({ length: rowCount }, (_, row) => value(row)) }
}

/** Use and reason of the one column. */
function judge(column: TableColumn): string {
  const { plan, reasons } = inferRecipe(table([column]), { target: "y" })
  const [planned] = plan.columns
  assert(planned !== undefined)
  const use = planned.use === "ignore" ? planned.reason : planned.use
  return `${use}: ${reasons.get(column.name)?.key}`
}

test("columns are used by what they hold", () => {
  assert.equal(judge(numbers("price", "number", (row) => row / 7)), "number: numbers")
  assert.equal(judge(numbers("floor", "integer", (row) => row % 4)), "number: numbers")
  assert.equal(
    judge({ name: "b", type: "boolean", values: Uint8Array.from({ length: rowCount }, (_, row) => row % 2) }),
    "boolean: booleans",
  )
  assert.equal(judge(texts("city", (row) => `city ${row % 9}`)), "category: levels")
  assert.equal(judge(numbers("day", "date", (row) => row * 86_400)), "datetime: times")
})

test("identifiers, constants and free text are ignored", () => {
  assert.equal(judge(numbers("n", "integer", (row) => row + 1)), "identifier: rowNumbers")
  assert.equal(
    judge(numbers("customerId", "integer", (row) => (row * 7919) % 100_003)),
    "identifier: rowNumbers",
  )
  assert.equal(
    judge(numbers("customer_id", "integer", (row) => (row * 7919) % 100_003)),
    "identifier: rowNumbers",
  )
  assert.equal(
    judge(numbers("客户编号", "integer", (row) => (row * 7919) % 100_003)),
    "identifier: rowNumbers",
  )
  assert.equal(judge(texts("code", (row) => `A-${row * 31}`)), "identifier: uniqueTexts")
  assert.equal(judge(texts("note", (row) => `the guest of room ${row} was pleased`)), "text: freeText")
  assert.equal(judge(numbers("c", "number", () => 3)), "constant: constant")
  assert.equal(judge(numbers("e", "number", () => Number.NaN)), "constant: empty")
  assert.equal(judge(texts("same", () => "x")), "constant: constant")
  assert.equal(judge(texts("none", () => null)), "constant: empty")
})

test("a measure that is different in every row is no identifier", () => {
  assert.equal(judge(numbers("weight", "number", (row) => row + 1)), "number: numbers")
  assert.equal(judge(numbers("distance", "integer", (row) => (row * 7919) % 100_003)), "number: numbers")
  assert.equal(judge(numbers("steps", "integer", (row) => row * row * 10)), "number: numbers")
  assert.equal(judge(numbers("rank", "integer", (row) => (row * 7) % rowCount)), "number: numbers")
  assert.equal(judge(numbers("paid", "integer", (row) => (row * 7919) % 100_003)), "number: numbers")
})

test("one value beside missing cells still tells rows apart", () => {
  assert.equal(judge(texts("promo", (row) => (row % 2 === 0 ? "yes" : null))), "category: levels")
  assert.equal(
    judge(numbers("bonus", "number", (row) => (row % 2 === 0 ? 1 : Number.NaN))),
    "number: numbers",
  )
})

test("of a date only the parts that vary are used", () => {
  const partsOf = (column: TableColumn) => {
    const [planned] = inferRecipe(table([column]), { target: "y" }).plan.columns
    return planned?.use === "datetime" ? planned.dateParts : []
  }
  assert.deepEqual(partsOf(numbers("d", "date", (row) => (row % 7) * 86_400)), ["day_of_week", "day_of_year"])
  assert.deepEqual(partsOf(numbers("t", "timestamp", (row) => row * 60)), ["minute"])
  assert.deepEqual(partsOf(numbers("t", "timestamp", (row) => (row % 2) / 4)), ["year"])
  assert.equal(partsOf(numbers("t", "timestamp", (row) => row * 12_345_678)).length, 6)
})

test("only training rows decide", () => {
  const column = texts("city", (row) => (row < 30 ? "same" : `city ${row}`))
  const trainingRows = Uint32Array.from({ length: 30 }, (_, row) => row)
  const { plan, reasons } = inferRecipe(table([column]), { target: "y", trainingRows })
  assert.deepEqual(plan.columns, [{ name: "city", use: "ignore", reason: "constant" }])
  assert.equal(reasons.get("city")?.key, "constant")
})

test("reasons are sentences with their figures", () => {
  assert.equal(sayer(recipeReasons, "en")("levels", { levels: 3 }), "it holds texts with 3 different values")
})

test("an inferred plan survives JSON; options that people leave out get defaults", () => {
  const { plan } = inferRecipe(table([numbers("price", "number", (row) => row / 7)]), { target: "y" })
  assert.deepEqual(parseRecipePlan(JSON.parse(JSON.stringify(plan))), plan)
  assert.deepEqual(parseRecipePlan({ version: 1, columns: [{ name: "price", use: "number" }] }), plan)
})

test("a wrong plan is refused with its place", () => {
  const refusal = (json: unknown) => {
    try {
      parseRecipePlan(json)
    } catch (error) {
      if (isFault(error, "RECIPE_INVALID")) return error.parameters.place
    }
    return "accepted"
  }
  assert.equal(
    refusal({ version: 1, columns: [{ name: "a", use: "number", clip: [0, 2] }] }),
    "columns.0.clip.1",
  )
  assert.equal(
    refusal({
      version: 1,
      columns: [
        { name: "a", use: "ignore" },
        { name: "a", use: "ignore" },
      ],
    }),
    "columns",
  )
  assert.equal(refusal([]), "its root")
})

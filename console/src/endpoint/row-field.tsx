/** @file One field of a row, as the kind of its column asks. */
import { Autocomplete, Select, TextInput } from "@mantine/core"
import type { Format } from "../format.ts"
import { type Say, useLanguage } from "../language.tsx"
import { type Column, type FieldProblem, stepOf } from "./row.ts"

/** A list longer than this is searched, not scrolled. */
const choicesScrolled = 8
const choicesListed = 200

export function RowField(properties: {
  readonly column: Column
  readonly text: string
  readonly problem: FieldProblem | null
  /** The server's sentence about this field. */
  readonly refusal: string | null
  readonly onChange: (text: string) => void
}) {
  const { column, text, problem, refusal, onChange } = properties
  const { say, format } = useLanguage()
  const common = {
    label: <span title={column.name}>{column.name}</span>,
    description: hintOf(column, say, format),
    placeholder: column.nullable ? say("fieldMissing") : "",
    error: problem === null ? refusal : problemText(problem, say),
    withAsterisk: column.required && !column.nullable,
    size: "sm",
    inputWrapperOrder: ["label", "input", "description", "error"],
  } as const satisfies Partial<Parameters<typeof TextInput>[0]>
  const clear = { "aria-label": say("fieldClear", { column: column.name }) }
  switch (column.kind) {
    case "number":
      return (
        <TextInput
          {...common}
          type="number"
          step={stepOf(column)}
          inputMode={column.integer && column.range[0] >= 0 ? "numeric" : "decimal"}
          value={text}
          onChange={(event) => onChange(textOfNumber(event.currentTarget))}
          // A page that scrolls under a focused field must not change its value.
          onWheel={(event) => event.currentTarget.blur()}
        />
      )
    case "boolean":
      return (
        <Select
          {...common}
          data={[
            { value: "true", label: say("fieldTrue") },
            { value: "false", label: say("fieldFalse") },
          ]}
          value={text === "" ? null : text}
          onChange={(value) => onChange(value ?? "")}
          allowDeselect={false}
          clearable={column.nullable}
          clearButtonProps={clear}
        />
      )
    case "category":
      return column.open ? (
        <Autocomplete
          {...common}
          data={[...new Set(column.categories)]}
          limit={choicesListed}
          value={text}
          onChange={onChange}
          clearable={column.nullable}
          clearButtonProps={clear}
        />
      ) : (
        <Select
          {...common}
          data={[...new Set(column.categories)]}
          limit={choicesListed}
          searchable={column.categories.length > choicesScrolled}
          nothingFoundMessage={say("fieldNothingFound")}
          value={text === "" ? null : text}
          onChange={(value) => onChange(value ?? "")}
          allowDeselect={false}
          clearable={column.nullable}
          clearButtonProps={clear}
        />
      )
    case "datetime":
      return (
        <TextInput
          {...common}
          type={column.precision === "date" ? "date" : "datetime-local"}
          step={1}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )
  }
}

/** A browser hides what it cannot read as a number; the form must tell that from an empty field. */
function textOfNumber(input: HTMLInputElement): string {
  return input.validity.badInput ? "NaN" : input.value
}

function hintOf(column: Column, say: Say, format: Format): string {
  switch (column.kind) {
    case "number": {
      const [low, high] = column.range
      const range = { low: format.number(low), high: format.number(high) }
      return column.integer ? say("fieldWholeRange", range) : say("fieldRange", range)
    }
    case "boolean":
      return say("fieldTrueFalse")
    case "category": {
      const count = { count: column.categories.length }
      return column.open ? say("fieldOpenChoices", count) : say("fieldChoices", count)
    }
    case "datetime": {
      const [low, high] = column.range
      return say("fieldRange", {
        low: timeHint(low, column.precision),
        high: timeHint(high, column.precision),
      })
    }
  }
}

/** The signature has ranges of times in seconds since 1970, UTC. */
function timeHint(seconds: number, precision: "date" | "second"): string {
  const moment = new Date(seconds * 1000)
  if (Number.isNaN(moment.getTime())) return String(seconds)
  const text = moment.toISOString()
  return precision === "date" ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`
}

function problemText(problem: FieldProblem, say: Say): string {
  switch (problem) {
    case "needed":
      return say("fieldNeeded")
    case "notANumber":
      return say("fieldNotANumber")
    case "notWhole":
      return say("fieldNotWhole")
  }
}

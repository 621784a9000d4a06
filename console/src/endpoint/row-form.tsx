/** @file The form of a row, made from the signature; the weightiest columns first where there are many. */
import { Button, Group, Text, Title } from "@mantine/core"
import { useId, useState } from "react"

import { useLanguage } from "../language.tsx"
import type { Problem } from "../server.ts"
import type { Column, FieldProblem, FieldTexts } from "./row.ts"
import { RowField } from "./row-field.tsx"

/** A form of more fields begins with this many. */
const fieldsShown = 18

export function RowForm(properties: {
  readonly endpoint: string
  readonly columns: readonly Column[]
  /** Names of columns, the weightiest first. */
  readonly importance: readonly string[]
  readonly texts: FieldTexts
  readonly problems: ReadonlyMap<string, FieldProblem>
  /** What the server said of the row that was sent. */
  readonly refused: readonly Problem[]
  readonly isBusy: boolean
  readonly onChange: (name: string, text: string) => void
  readonly onReset: () => void
  readonly onPredict: () => void
}) {
  const { columns, texts, problems, refused, isBusy, onChange, onReset, onPredict } = properties
  const { say } = useLanguage()
  const [isWhole, setIsWhole] = useState(false)
  const titleId = useId()
  const hasMany = columns.length > fieldsShown + 2
  const weightiest = weightiestOf(columns, properties.importance)
  const hasProblem = ({ name }: Column) => problems.has(name) || refused.some(({ column }) => column === name)
  const shown =
    !hasMany || isWhole
      ? columns
      : columns.filter((column) => weightiest.has(column.name) || hasProblem(column))
  return (
    <form
      aria-labelledby={titleId}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        onPredict()
      }}
    >
      <Title order={4} size="h5" id={titleId}>
        {say("formTitle")}
      </Title>
      <Text size="xs" c="dimmed" mb="sm">
        {say("formHint")}
      </Text>
      <div className="fields">
        {shown.map((column) => (
          <RowField
            key={column.name}
            column={column}
            text={texts[column.name] ?? ""}
            problem={problems.get(column.name) ?? null}
            refusal={refused.find((problem) => problem.column === column.name)?.message ?? null}
            onChange={(text) => onChange(column.name, text)}
          />
        ))}
      </div>
      {hasMany && (
        <Button size="compact-sm" variant="subtle" mt="xs" onClick={() => setIsWhole(!isWhole)}>
          {isWhole
            ? say("formShowFewer", { count: fieldsShown })
            : say("formShowAll", { count: columns.length })}
        </Button>
      )}
      <Group gap="sm" mt="md">
        <Button type="submit" loading={isBusy}>
          {say("formPredict")}
        </Button>
        <Button variant="default" onClick={onReset}>
          {say("formReset")}
        </Button>
      </Group>
    </form>
  )
}

function weightiestOf(columns: readonly Column[], importance: readonly string[]): ReadonlySet<string> {
  const known = new Set(columns.map(({ name }) => name))
  const ordered = new Set([...importance.filter((name) => known.has(name)), ...known])
  return new Set([...ordered].slice(0, fieldsShown))
}

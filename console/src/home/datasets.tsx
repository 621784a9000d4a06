/** @file The datasets with their newest version. */
import { Table, Text } from "@mantine/core"

import { useLanguage } from "../language.tsx"
import { Failure } from "../parts/failure.tsx"
import { Loading } from "../parts/loading.tsx"
import { Prose } from "../parts/prose.tsx"
import { Section } from "../parts/section.tsx"
import { TableFrame } from "../parts/table-frame.tsx"
import { useDatasets } from "../queries.ts"

export function Datasets() {
  const { say, format } = useLanguage()
  const { data, error, refetch } = useDatasets()
  return (
    <Section title={say("datasetsTitle")}>
      {data === undefined && error === null && <Loading lines={3} />}
      {data === undefined && error !== null && (
        <Failure title={say("failureTitle")} error={error} onTryAgain={() => void refetch()} />
      )}
      {data?.items.length === 0 && (
        <Text size="sm" c="dimmed">
          <Prose text={say("datasetsNone")} />
        </Text>
      )}
      {data !== undefined && data.items.length > 0 && (
        <TableFrame>
          <Table verticalSpacing={6} className="list">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{say("tableName")}</Table.Th>
                <Table.Th scope="col">{say("tableVersion")}</Table.Th>
                <Table.Th scope="col">{say("tableRows")}</Table.Th>
                <Table.Th scope="col">{say("tableColumns")}</Table.Th>
                <Table.Th scope="col">{say("tableMade")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map(({ name, latest }) => (
                <Table.Tr key={name}>
                  <Table.Th scope="row">{name}</Table.Th>
                  <Table.Td>{latest?.version ?? "–"}</Table.Td>
                  <Table.Td>{latest === null ? "–" : format.number(latest.rowCount)}</Table.Td>
                  <Table.Td>{latest === null ? "–" : format.number(latest.columnCount)}</Table.Td>
                  <Table.Td>{latest === null ? "–" : format.ago(latest.createdAt, Date.now())}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </TableFrame>
      )}
      {data !== undefined && data.nextCursor !== null && (
        <Text size="xs" c="dimmed">
          <Prose text={say("datasetsMore", { count: data.items.length })} />
        </Text>
      )}
    </Section>
  )
}

/** @file Nothing is served yet: what to type next. */
import { Paper, Stack, Text, Title } from "@mantine/core"

import { useLanguage } from "../language.tsx"
import { CopyBlock } from "../parts/copy-block.tsx"
import { useModels } from "../queries.ts"

export function EmptyState() {
  const { say } = useLanguage()
  const model = useModels().data?.items.find(({ latest }) => latest !== null)
  const train = "quernstone train your-file.csv --target COLUMN --serve"
  return (
    <Paper withBorder p="lg">
      <Stack gap="sm" maw={760}>
        <Title order={3} size="h5">
          {say("emptyTitle")}
        </Title>
        <Text size="sm">{say("emptyWhat")}</Text>
        <CopyBlock text={train} label={say("emptyTitle")} />
        {model !== undefined && (
          <>
            <Text size="sm">{say("emptyDeploy")}</Text>
            <CopyBlock text={`quernstone deploy ${model.name}`} label={say("emptyDeploy")} />
          </>
        )}
        <Text size="sm" c="dimmed">
          {say("emptyThen")}
        </Text>
      </Stack>
    </Paper>
  )
}

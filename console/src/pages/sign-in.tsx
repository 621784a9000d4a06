/** @file Asks for an API key and says where to find one. */
import { Button, Container, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core"
import { type SubmitEvent, useState } from "react"

import { useLanguage } from "../language.tsx"
import { Notice } from "../parts/notice.tsx"
import { Prose } from "../parts/prose.tsx"
import { TopBar } from "../parts/top-bar.tsx"
import { isKey, useSession } from "../session.tsx"

export function SignIn({ isForbidden }: { readonly isForbidden: boolean }) {
  const { say } = useLanguage()
  const { key, signIn } = useSession()
  const [text, setText] = useState("")
  const [isMalformed, setIsMalformed] = useState(false)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const chosen = text.trim()
    setIsMalformed(!isKey(chosen))
    if (isKey(chosen)) signIn(chosen)
  }
  return (
    <>
      <TopBar connection="unknown" />
      <Container component="main" size={480} className="page">
        <Paper withBorder p="xl" mt="xl">
          <form onSubmit={submit} noValidate>
            <Stack gap="md">
              <div>
                <Title order={2} size="h3">
                  {say("signInTitle")}
                </Title>
                <Text size="sm" c="dimmed">
                  {say("signInWhy")}
                </Text>
              </div>
              {key !== null && (
                <Notice kind="bad">
                  <Text size="sm">{isForbidden ? say("signInForbidden") : say("signInRefused")}</Text>
                </Notice>
              )}
              <PasswordInput
                label={say("signInKey")}
                placeholder="qst_…"
                value={text}
                onChange={(event) => setText(event.currentTarget.value)}
                error={isMalformed ? say("signInNotAKey") : null}
                autoComplete="off"
                spellCheck={false}
                autoFocus
                required
              />
              <Button type="submit">{say("signInSubmit")}</Button>
              <Text size="sm">
                <Prose text={say("signInWhere")} />
              </Text>
              <Text size="xs" c="dimmed">
                {say("signInKept")}
              </Text>
            </Stack>
          </form>
        </Paper>
      </Container>
    </>
  )
}

/** @file The bar above every page: the mark, whether the server answers, the language, the way out. */
import { Button, Group, SegmentedControl } from "@mantine/core"

import { useLanguage } from "../language.tsx"
import { useSession } from "../session.tsx"
import { Mark } from "./mark.tsx"

export type Connection = "unknown" | "connected" | "lost"

export function TopBar({ connection }: { readonly connection: Connection }) {
  const { say, language, setLanguage } = useLanguage()
  const { key, signOut } = useSession()
  return (
    <header className="top-bar">
      <Group gap="xs" wrap="nowrap">
        <Mark title={say("productMark")} />
        <h1 className="product-name">{say("productName")}</h1>
      </Group>
      <Group gap="sm" wrap="nowrap">
        {connection !== "unknown" && (
          <span className={`connection is-${connection}`} role="status">
            <span className="connection-text">
              {connection === "connected" ? say("serverConnected") : say("serverLost")}
            </span>
          </span>
        )}
        <SegmentedControl
          size="xs"
          aria-label={say("language")}
          value={language}
          onChange={setLanguage}
          data={[
            { value: "en", label: "EN" },
            { value: "zh", label: "中文" },
          ]}
        />
        {key !== null && (
          <Button size="compact-sm" variant="subtle" onClick={signOut}>
            {say("signOut")}
          </Button>
        )}
      </Group>
    </header>
  )
}

/** @file The console: look, language, session, page. */
import { MantineProvider } from "@mantine/core"

import { LanguageProvider } from "./language.tsx"
import { Home } from "./pages/home.tsx"
import { SessionProvider } from "./session.tsx"
import { theme } from "./theme.ts"

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <LanguageProvider>
        <SessionProvider>
          <Home />
        </SessionProvider>
      </LanguageProvider>
    </MantineProvider>
  )
}

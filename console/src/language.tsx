/** @file The language of the page: the reader's choice, else the browser's; sentences and figures follow it. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react"

import { consoleSentences } from "../../src/base/sentences/console.ts"
import { chooseLanguage, type Language, sayer } from "../../src/base/sentences/say.ts"
import { type Format, formatIn } from "./format.ts"
import { readStored, writeStored } from "./storage.ts"

export type { Language }

export type Say = ReturnType<typeof sayer<typeof consoleSentences>>

export type LanguageChoice = {
  readonly language: Language
  readonly say: Say
  readonly format: Format
  readonly setLanguage: (language: Language) => void
}

const storedName = "quernstone.language"

const LanguageContext = createContext<LanguageChoice | null>(null)

export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() =>
    chooseLanguage(readStored("local", storedName) ?? navigator.languages.join(",")),
  )
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en"
  }, [language])
  const choice = useMemo<LanguageChoice>(
    () => ({
      language,
      say: sayer(consoleSentences, language),
      format: formatIn(language),
      setLanguage: (chosen) => {
        writeStored("local", storedName, chosen)
        setLanguage(chosen)
      },
    }),
    [language],
  )
  return <LanguageContext value={choice}>{children}</LanguageContext>
}

export function useLanguage(): LanguageChoice {
  const choice = useContext(LanguageContext)
  if (choice === null) throw new Error("useLanguage stands outside LanguageProvider")
  return choice
}

/** @file Sentences for people, in English and Chinese: one catalogue a surface, filled and checked by type. */

export const languages = ["en", "zh"] as const
export type Language = (typeof languages)[number]

export type Sentence = { readonly en: string; readonly zh: string }

/** The names between braces of a sentence: `"{rows} rows"` has `rows`. */
export type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never

export type SentenceParameters<Text extends string> = [Placeholders<Text>] extends [never]
  ? []
  : [parameters: { readonly [Name in Placeholders<Text>]: string | number }]

/** A function that says the sentences of one catalogue in one language. */
export function sayer<Catalogue extends Readonly<Record<string, Sentence>>>(
  catalogue: Catalogue,
  language: Language,
) {
  return function say<Key extends keyof Catalogue>(
    key: Key,
    ...parameters: SentenceParameters<Catalogue[Key]["en"]>
  ): string {
    const sentence = catalogue[key]
    if (sentence === undefined) throw new Error(`no sentence ${String(key)}`)
    return fillPlaceholders(sentence[language], parameters[0] ?? {})
  }
}

export function fillPlaceholders(
  text: string,
  parameters: Readonly<Record<string, string | number>>,
): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    return value === undefined ? whole : String(value)
  })
}

/** The first language we speak in an Accept-Language header or a LANG variable; English when there is none. */
export function chooseLanguage(preference: string | undefined): Language {
  for (const part of (preference ?? "").split(",")) {
    const tag = part.trim().toLowerCase()
    if (tag.startsWith("zh")) return "zh"
    if (tag.startsWith("en")) return "en"
  }
  return "en"
}

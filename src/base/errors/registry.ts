import type { ErrorRow } from "../errors.ts"

export const registryErrors = {
  MODEL_NOT_FOUND: {
    kind: "notFound",
    en: "There is no model called {model} here. `quernstone model list` shows those that exist.",
    zh: "这里没有名为 {model} 的模型。`quernstone model list` 可列出现有模型。",
  },
  MODEL_VERSION_NOT_FOUND: {
    kind: "notFound",
    en: "Model {model} has no version {version}; its newest is {newest}. Choose one from 1 to {newest}.",
    zh: "模型 {model} 没有版本 {version}；最新版本是 {newest}。请选择 1 到 {newest} 之间的版本。",
  },
  ALIAS_NOT_FOUND: {
    kind: "notFound",
    en: "Model {model} has no alias {alias}. Set it first, or name a version.",
    zh: "模型 {model} 没有别名 {alias}。请先设置该别名，或直接指定版本。",
  },
} as const satisfies Readonly<Record<string, ErrorRow>>

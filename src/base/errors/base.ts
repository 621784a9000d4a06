import type { ErrorRow } from "../errors.ts"

export const baseErrors = {
  CONFIG_UNKNOWN: {
    kind: "invalid",
    en: "{name} is not a setting of Quernstone; did you mean {nearest}? `quernstone config` lists them all.",
    zh: "{name} 不是 Quernstone 的设置项；您是否想用 {nearest}？`quernstone config` 会列出全部设置。",
  },
  CONFIG_INVALID: {
    kind: "invalid",
    en: "{name} is {got}, but must be {expected}. Correct it or remove it to use the default.",
    zh: "{name} 的值是 {got}，但应为 {expected}。请改正，或删除它以使用默认值。",
  },
  CONFIG_CONFLICT: {
    kind: "invalid",
    en: "{first} and {second} cannot be used together: {reason}. Give one of them only.",
    zh: "{first} 与 {second} 不能同时使用：{reason}。请只保留其中一个。",
  },
  INTERNAL: {
    kind: "internal",
    en: "Something went wrong inside Quernstone. The log has the details under request id {requestId}; please report them.",
    zh: "Quernstone 内部出错。日志中请求编号 {requestId} 下有详细信息，请据此报告问题。",
  },
} as const satisfies Readonly<Record<string, ErrorRow>>

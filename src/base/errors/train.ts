import type { ErrorRow } from "../errors.ts"

export const trainErrors = {
  TRAINING_ROWS_FEW: {
    kind: "unprocessable",
    en: "Only {rows} rows have a target, or nearly all of them are equal; at least {least} different ones are needed. Add rows.",
    zh: "只有 {rows} 行有目标值，或几乎全部相同；至少需要 {least} 行不同的数据。请增加数据行。",
  },
  LOSS_TASK: {
    kind: "unprocessable",
    en: "Loss {loss} does not fit target {target}, whose task is {task}. Take one of: {losses}.",
    zh: "损失函数 {loss} 不适用于目标列 {target}，其任务类型为 {task}。可选：{losses}。",
  },
  LOSS_TARGET: {
    kind: "unprocessable",
    en: "Loss poisson is for counts, but target {target} has negative numbers or none above 0. Take meanSquaredError, meanAbsoluteError or huber.",
    zh: "损失函数 poisson 用于计数，但目标列 {target} 含有负数或没有大于 0 的值。请改用 meanSquaredError、meanAbsoluteError 或 huber。",
  },
} as const satisfies Readonly<Record<string, ErrorRow>>

import type { ErrorRow } from "../errors.ts"

export const engineErrors = {
  ENGINE_LOAD_FAILED: {
    kind: "unprocessable",
    en: "ONNX Runtime cannot load the model: {reason}. Export it again with operators and types that ONNX Runtime 1.30 supports.",
    zh: "ONNX Runtime 无法加载模型：{reason}。请使用 ONNX Runtime 1.30 支持的算子和类型重新导出。",
  },
  ENGINE_RUN_FAILED: {
    kind: "internal",
    en: "The model could not be run: {reason}. Check the values of this call; if others fail as well, load the model again.",
    zh: "模型运行失败：{reason}。请检查本次调用的数据；若其他调用也失败，请重新加载模型。",
  },
  ENGINE_INPUT: {
    kind: "invalid",
    en: "Input {name} must be {expected}, but is {got}. Give the model's inputs as it declares them.",
    zh: "输入 {name} 应为 {expected}，实际为 {got}。请按模型声明提供输入。",
  },
} as const satisfies Readonly<Record<string, ErrorRow>>

import type { ErrorRow } from "../errors.ts"

export const onnxErrors = {
  ONNX_UNREADABLE: {
    kind: "unprocessable",
    en: "The bytes are not a readable ONNX model: {reason}. Give one self-contained .onnx file, without external data.",
    zh: "这些字节不是可读取的 ONNX 模型：{reason}。请提供单个自包含的 .onnx 文件，不含外部数据。",
  },
  ONNX_INVALID: {
    kind: "unprocessable",
    en: "The ONNX model breaks a rule of the format at {place}: {reason}. Correct the tool that wrote it.",
    zh: "ONNX 模型在 {place} 处违反格式规则：{reason}。请修正生成它的工具。",
  },
} as const satisfies Readonly<Record<string, ErrorRow>>

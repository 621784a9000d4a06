/** @file What ONNX Runtime says when it fails, fit for people: one line, of a bounded length, without the paths of any machine. */
import { messageOf } from "../base/errors.ts"

const reasonCharactersMax = 500

/** The last part of a path is kept: in `/encoder/layer.0/Gemm` it names the node, in `/build/core/model.cc:149` the place. */
const path = /(?:[A-Za-z]:)?(?:[\\/][^\s\\/'"`():,;]+)+[\\/]([^\s\\/'"`():,;]+)/g

export function reasonOf(error: unknown): string {
  const text = messageOf(error).replace(/\s+/g, " ").replace(path, "$1").trim().replace(/\.$/, "")
  return text.length > reasonCharactersMax ? `${text.slice(0, reasonCharactersMax)}…` : text
}

/** @file The signature of a made model file: columns of numbers, by name. */
import type { Signature } from "../../src/prepare/signature.ts"

export function signatureOf(columns: readonly string[], classes: readonly string[] | null): Signature {
  const isBinary = classes?.length === 2
  return {
    version: 1,
    task: classes === null ? "regression" : isBinary ? "binary" : "multiclass",
    target: "y",
    columns: columns.map((name, position) => ({
      name,
      kind: "number",
      input: "numeric",
      position,
      integer: false,
      range: [-5, 5],
      required: true,
      nullable: false,
      example: 0,
    })),
    ignored: [],
    classes: classes === null ? null : [...classes],
    positiveClass: isBinary ? (classes[1] ?? null) : null,
    threshold: isBinary ? 0.5 : null,
  }
}

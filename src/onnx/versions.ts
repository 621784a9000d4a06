/** @file What every model file we write declares: one place, so that a raise of one version is one line and one review. */

/** Operator sets by domain; `""` is ai.onnx. */
export const opsetVersions = { "": 21, "ai.onnx.ml": 5, "com.microsoft": 1 } as const

export type Domain = keyof typeof opsetVersions

/** Version of the ONNX intermediate representation; 10 goes with ai.onnx 21. */
export const irVersion = 10

export const producerName = "quernstone"

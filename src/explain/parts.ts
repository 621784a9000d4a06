/** @file What the explanations of all kinds of models share: finding what they are derived from, and the outputs that they add. */
import { z } from "zod"

import { checkModel } from "../onnx/checker.ts"
import { addOutputs, readMetadata } from "../onnx/edit.ts"
import type { Graph, Model } from "../onnx/model.ts"
import { type Signature, signatureSchema } from "../prepare/signature.ts"

/** Before the names of what is added; no learner's names begin with it. */
export const prefix = "explain/"

/** Of a file that is explained. */
export type Explained = {
  /** The value of the graph that is the score, [batch, outputs]. */
  readonly score: string
  readonly columnCount: number
  readonly outputCount: number
}

/** The model with the nodes that make `explain/contributions` and `explain/baseline`, and with these and the score as outputs. */
export function withExplanation(
  model: Model,
  { score, columnCount, outputCount }: Explained,
  added: Pick<Graph, "nodes" | "initializers">,
): Model {
  const { graph } = model
  const extended: Model = {
    ...model,
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...added.nodes],
      initializers: [...graph.initializers, ...added.initializers],
    },
  }
  const shape = ["batch", columnCount, outputCount]
  const explained = addOutputs(extended, [
    { value: `${prefix}contributions`, name: "contributions", type: "float32", shape },
    { value: `${prefix}baseline`, name: "baseline", type: "float32", shape: [outputCount] },
    { value: score, name: "score", type: "float32", shape: ["batch", outputCount] },
  ])
  checkModel(explained)
  return explained
}

const featuresSchema = z.array(z.object({ column: z.string(), name: z.string() }))

/** The signature, and the place of each feature's column in it (-1 where it has none); null where the file does not have them. */
export function columnsOfFeatures(
  model: Model,
): { readonly signature: Signature; readonly columnOfFeature: readonly number[] } | null {
  const metadata = readMetadata(model)
  const signature = parsed(signatureSchema, metadata.get("quernstone.signature"))
  const features = parsed(featuresSchema, metadata.get("quernstone.features"))
  if (signature === null || features === null) return null
  const columnOfFeature = features.map(({ column }) =>
    signature.columns.findIndex(({ name }) => name === column),
  )
  return { signature, columnOfFeature }
}

/** The one name that is this or ends in a slash and this; null when there is none or are several. */
export function onlyNamed(names: readonly string[], wanted: string): string | null {
  const found = names.filter((name) => name === wanted || name.endsWith(`/${wanted}`))
  return found.length === 1 ? (found[0] ?? null) : null
}

/** Null for what is no such value: a file of somebody else's may hold anything under our keys. */
export function parsed<Value>(schema: z.ZodType<Value>, text: string | undefined): Value | null {
  if (text === undefined) return null
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

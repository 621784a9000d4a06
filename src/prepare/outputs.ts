/** @file The outputs of a model file, and the metadata that tells what it takes and gives. */
import assert from "node:assert"

import { z } from "zod"

import { fault } from "../base/errors.ts"
import { int } from "../onnx/attributes.ts"
import type { GraphBuilder } from "../onnx/builder.ts"
import { readMetadata } from "../onnx/edit.ts"
import type { Model, ValueInfo } from "../onnx/model.ts"
import { float64 } from "../onnx/tensors.ts"
import { float } from "./constants.ts"
import { type Feature, type FittedRecipe, fittedRecipeSchema } from "./fitted-recipe.ts"
import { inputWidths, type Signature, signatureSchema } from "./signature.ts"

export const metadataKeys = {
  signature: "quernstone.signature",
  recipe: "quernstone.recipe",
  features: "quernstone.features",
  targetCentre: "quernstone.target_centre",
} as const

/** Beyond this float32 no longer holds every whole number. */
const exactWholeMax = 2 ** 24

/**
 * What is subtracted from a regression's target before anything is learned, and added to the predictions in float64: the mean of its
 * values, when they pass what float32 holds exactly; null when they do not. It is a change of origin and no fit: the intercept makes
 * up for it, whatever rows it was taken from.
 */
export function targetCentreOf(values: Float64Array): number | null {
  if (values.every((value) => Math.abs(value) <= exactWholeMax)) return null
  // Around the first value, so that the sum does not lose what the values differ in.
  const first = values[0] ?? 0
  return first + values.reduce((sum, value) => sum + (value - first), 0) / values.length
}

/**
 * Declares the outputs of docs/model-file.md. Regression: `scores` is float32 [batch], put out as `prediction`, in float64 around the
 * target's centre where it has one. Classification: `scores`
 * is float32 [batch, classes], put out as `probabilities` after `label`, which follows the threshold in binary tasks.
 */
export function emitOutputs(
  builder: GraphBuilder,
  signature: Signature,
  scores: string,
  targetCentre: number | null = null,
): void {
  if (signature.task === "regression") {
    emitPrediction(builder, scores, targetCentre)
    return
  }
  const { classes, positiveClass } = signature
  assert(classes !== null)
  const isBinary = signature.task === "binary" && positiveClass !== null
  const label = isBinary ? thresholded(builder, signature, scores) : likeliest(builder, signature, scores)
  builder.output(label, "label", labelType(signature), ["batch"])
  builder.output(scores, "probabilities", "float32", ["batch", classes.length])
}

function emitPrediction(builder: GraphBuilder, scores: string, targetCentre: number | null): void {
  if (targetCentre === null) {
    builder.output(scores, "prediction", "float32", ["batch"])
    return
  }
  const wide = builder.op("Cast", [scores], { to: int(float64ElementType) })
  const prediction = builder.op("Add", [wide, builder.constant(float64([targetCentre]))])
  builder.output(prediction, "prediction", "float64", ["batch"])
}

/** DOUBLE of TensorProto.DataType. */
const float64ElementType = 11

/** Null where the file has none. Throws MODEL_SIGNATURE_INVALID. */
export function readTargetCentre(model: Model): number | null {
  return readMetadata(model).has(metadataKeys.targetCentre)
    ? readJson(model, metadataKeys.targetCentre, z.number())
    : null
}

/** The signature, the recipe and the features as JSON; other metadata is added by whoever knows it. */
export function writeMetadata(parts: {
  readonly signature: Signature
  readonly fitted: FittedRecipe
  readonly features: readonly Feature[]
}): Readonly<Record<string, string>> {
  const features = parts.features.map(({ column, name }) => ({ column, name }))
  return {
    ...writeSignature(parts.signature),
    [metadataKeys.recipe]: JSON.stringify(parts.fitted),
    [metadataKeys.features]: JSON.stringify(features),
  }
}

export function writeSignature(signature: Signature): Readonly<Record<string, string>> {
  return { [metadataKeys.signature]: JSON.stringify(signature) }
}

/** Throws MODEL_SIGNATURE_MISSING, MODEL_SIGNATURE_INVALID: also when the inputs of the graph are not those that the signature packs. */
export function readSignature(model: Model): Signature {
  const signature = readJson(model, metadataKeys.signature, signatureSchema)
  checkClasses(signature)
  checkNames(signature)
  checkPositions(signature)
  checkInputs(model.graph.inputs, initialized(model), signature)
  return signature
}

/** Throws as `readSignature`. */
export function readRecipe(model: Model): FittedRecipe {
  return readJson(model, metadataKeys.recipe, fittedRecipeSchema)
}

function labelType({ classes }: Signature): "int64" | "string" {
  return typeof classes?.[0] === "number" ? "int64" : "string"
}

/** The classes as a constant [classes] (or one of them as a scalar). */
function classConstant(
  builder: GraphBuilder,
  values: readonly (string | number)[],
  shape: readonly number[],
) {
  const numbers = values.filter((value) => typeof value === "number")
  return numbers.length === values.length
    ? builder.constant({ type: "int64", shape, data: BigInt64Array.from(numbers, BigInt) })
    : builder.constant({ type: "string", shape, data: values.map(String) })
}

function thresholded(builder: GraphBuilder, signature: Signature, scores: string): string {
  const classes: readonly (string | number)[] = signature.classes ?? []
  const positive = classes.indexOf(signature.positiveClass ?? "")
  const [other] = classes.filter((_, at) => at !== positive)
  const positiveValue = classes[positive]
  assert(classes.length === 2 && positiveValue !== undefined && other !== undefined)
  const at = builder.constant({ type: "int64", shape: [], data: BigInt64Array.of(BigInt(positive)) })
  const probability = builder.op("Gather", [scores, at], { axis: int(1) })
  const threshold = float(builder, leastFloat32AtLeast(signature.threshold ?? 0.5))
  const isPositive = builder.op("GreaterOrEqual", [probability, threshold])
  return builder.op("Where", [
    isPositive,
    classConstant(builder, [positiveValue], []),
    classConstant(builder, [other], []),
  ])
}

/** Probabilities are float32: those of at least the threshold are those of at least this. */
export function leastFloat32AtLeast(value: number): number {
  const rounded = Math.fround(value)
  if (rounded >= value) return rounded
  const bits = new DataView(new ArrayBuffer(4))
  bits.setFloat32(0, rounded)
  // The next float32 upwards has the next integer for its bits, downwards from 0 for a negative one.
  bits.setInt32(0, bits.getInt32(0) + (rounded < 0 ? -1 : 1))
  return bits.getFloat32(0)
}

function likeliest(builder: GraphBuilder, signature: Signature, scores: string): string {
  const classes: readonly (string | number)[] = signature.classes ?? []
  const best = builder.op("ArgMax", [scores], { axis: int(1), keepdims: int(0) })
  return builder.op("Gather", [classConstant(builder, classes, [classes.length]), best], { axis: int(0) })
}

function readJson<Schema extends z.ZodType>(model: Model, key: string, schema: Schema): z.infer<Schema> {
  const text = Object.hasOwn(model.metadata, key) ? model.metadata[key] : undefined
  if (text === undefined) throw fault("MODEL_SIGNATURE_MISSING", { key })
  const parsed = schema.safeParse(parseJson(text, key))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw invalid([key, ...(issue?.path ?? [])].join("."), issue?.message ?? "unreadable")
}

function parseJson(text: string, key: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw fault("MODEL_SIGNATURE_INVALID", { place: key, problem: "it is no JSON" }, { cause })
  }
}

function invalid(place: string, problem: string) {
  return fault("MODEL_SIGNATURE_INVALID", { place, problem })
}

function checkClasses({ task, classes, positiveClass, threshold }: Signature): void {
  const values: readonly (string | number)[] = classes ?? []
  const fewest = { regression: 0, binary: 2, multiclass: 2 }[task]
  if (values.length < fewest || (task !== "multiclass" && values.length > fewest))
    throw invalid("classes", `${task} has ${values.length} of them`)
  if (new Set(values).size !== values.length) throw invalid("classes", "one is named twice")
  if (positiveClass !== null && (task !== "binary" || !values.includes(positiveClass)))
    throw invalid("positiveClass", `${positiveClass} is none of two classes`)
  if (task === "binary" && positiveClass === null) throw invalid("positiveClass", "a binary task needs one")
  if (threshold !== null && task !== "binary") throw invalid("threshold", `${task} has none`)
}

function checkNames({ columns, ignored }: Signature): void {
  const names = new Set<string>()
  for (const { name } of [...columns, ...ignored]) {
    if (names.has(name)) throw invalid("columns", `${JSON.stringify(name)} is named twice`)
    names.add(name)
  }
}

/** Each column of each input is filled by exactly one column of the signature. */
function checkPositions(signature: Signature): void {
  const widths = inputWidths(signature)
  const filled = new Set<string>()
  for (const { name, kind, input, position } of signature.columns)
    for (let at = position; at < position + (kind === "datetime" ? 2 : 1); at += 1) {
      const place = `${input} ${at}`
      if (at < 0 || at >= widths[input] || filled.has(place))
        throw invalid(`columns.${name}.position`, `${position} is taken or beyond the input's width`)
      filled.add(place)
    }
}

const inputTypes = { numeric: "float32", numeric64: "float64", text: "string" } as const

function initialized(model: Model): ReadonlySet<string> {
  return new Set(model.graph.initializers.map(({ name }) => name))
}

function checkInputs(
  inputs: readonly ValueInfo[],
  initializers: ReadonlySet<string>,
  signature: Signature,
): void {
  const declared = new Map(
    inputs.filter(({ name }) => !initializers.has(name)).map((input) => [input.name, input.type]),
  )
  const widths = inputWidths(signature)
  for (const name of ["numeric", "numeric64", "text"] as const) {
    const type = declared.get(name)
    declared.delete(name)
    if (type === undefined && widths[name] === 0) continue
    const isRight =
      type?.kind === "tensor" &&
      type.elementType === inputTypes[name] &&
      type.shape?.length === 2 &&
      typeof type.shape[0] === "string" &&
      type.shape[1] === widths[name]
    if (!isRight)
      throw invalid(`input ${name}`, `the graph must take ${inputTypes[name]} [batch, ${widths[name]}]`)
  }
  const [other] = declared.keys()
  if (other !== undefined) throw invalid(`input ${other}`, "no column fills it")
}

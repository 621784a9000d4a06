/** @file Do the feeds of a run fit what the model declares? ONNX Runtime would say no as well, but in words for its own makers. */
import { fault } from "../base/errors.ts"
import type { Tensor, TensorDeclaration, Tensors } from "./session.ts"

/** Throws ENGINE_INPUT for the first input that is missing, unknown, or of the wrong type, shape or length. */
export function checkFeeds(declarations: readonly TensorDeclaration[], feeds: Tensors): void {
  let given = 0
  for (const declaration of declarations) {
    const tensor = feeds[declaration.name]
    if (tensor === undefined) throw mismatch(declaration, "missing")
    given++
    if (tensor.type !== declaration.type || !fits(declaration.shape, tensor.shape))
      throw mismatch(declaration, describe(tensor.type, tensor.shape))
    if (tensor.data.length !== countOf(tensor.shape))
      throw mismatch(
        declaration,
        `${describe(tensor.type, tensor.shape)} with ${tensor.data.length} elements`,
      )
  }
  if (given !== Object.keys(feeds).length) throw unknownInput(declarations, feeds)
}

function fits(declared: readonly number[], shape: readonly number[]): boolean {
  if (declared.length !== shape.length) return false
  for (let axis = 0; axis < shape.length; axis++) {
    const expected = declared[axis]
    if (expected !== -1 && expected !== shape[axis]) return false
  }
  return true
}

function countOf(shape: readonly number[]): number {
  let count = 1
  for (const size of shape) count *= size
  return count
}

function mismatch({ name, type, shape }: TensorDeclaration, got: string): Error {
  return fault("ENGINE_INPUT", { name: JSON.stringify(name), expected: describe(type, shape), got })
}

function unknownInput(declarations: readonly TensorDeclaration[], feeds: Tensors): Error {
  const names = declarations.map(({ name }) => name)
  const name = Object.keys(feeds).find((candidate) => !names.includes(candidate)) ?? ""
  return fault("ENGINE_INPUT", {
    name: JSON.stringify(name),
    expected: names.length === 0 ? "left out: the model has no inputs" : `one of ${names.join(", ")}`,
    got: "no input of the model",
  })
}

/** `float32 [?, 3]` */
function describe(type: Tensor["type"], shape: readonly number[]): string {
  return `${type} [${shape.map((size) => (size === -1 ? "?" : size)).join(", ")}]`
}

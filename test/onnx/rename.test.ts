/** @file Renaming follows values into bodies, and stops where a body has a value of its own by that name. */
import assert from "node:assert/strict"
import { test } from "node:test"

import type { AttributeValue, Graph, Node } from "../../src/onnx/model.ts"
import { renameValues } from "../../src/onnx/rename.ts"

const graphOf = (nodes: readonly Node[], input: string): Graph => ({
  name: "body",
  description: "",
  inputs: [{ name: input, type: null, description: "" }],
  outputs: [],
  values: [],
  initializers: [],
  sparseInitializers: [],
  nodes,
})

const node = (inputs: readonly string[], outputs: readonly string[], value?: AttributeValue): Node => ({
  operator: "Any",
  domain: "",
  overload: "",
  name: "",
  inputs,
  outputs,
  attributes: value === undefined ? [] : [{ name: "body", value }],
})

/** Inputs of every node, depth first. */
function inputsOf(nodes: readonly Node[]): readonly (readonly string[])[] {
  return nodes.flatMap(({ inputs, attributes }) => [
    inputs,
    ...attributes.flatMap(({ value }) => {
      if (value.kind === "graph") return inputsOf(value.value.nodes)
      return value.kind === "graphs" ? value.value.flatMap((body) => inputsOf(body.nodes)) : []
    }),
  ])
}

test("a body reads the new name, unless its own input or node has the old one", () => {
  const reader = (input: string) => graphOf([node(["a"], ["r"])], input)
  const maker = graphOf([node([], ["a"]), node(["a"], ["r"])], "i")
  const nested = graphOf([node([], ["n"], { kind: "graph", value: reader("i") })], "i")
  const nodes = [
    node([], ["a"]),
    node(["a"], ["b"], { kind: "graph", value: reader("i") }),
    node(["a"], ["c"], { kind: "graphs", value: [reader("a"), maker, nested] }),
  ]
  const renamed = renameValues(nodes, new Map([["a", "z"]]))
  assert.deepEqual(renamed[0]?.outputs, ["z"])
  assert.deepEqual(inputsOf(renamed), [[], ["z"], ["z"], ["z"], ["a"], [], ["a"], [], ["z"]])
})

/** @file Each rule of the checker finds its planted fault, and names the place. */
import assert from "node:assert/strict"
import { test } from "node:test"

import { isFault } from "../../src/base/errors.ts"
import { float, graph, int, ints, tensor, text, texts } from "../../src/onnx/attributes.ts"
import { createGraphBuilder } from "../../src/onnx/builder.ts"
import { checkModel } from "../../src/onnx/checker.ts"
import type {
  AttributeValue,
  FunctionDefinition,
  Graph,
  Model,
  Node,
  TensorValue,
} from "../../src/onnx/model.ts"
import { float32, int64 } from "../../src/onnx/tensors.ts"

/** y = Relu(x + w) */
function valid(): Model {
  const builder = createGraphBuilder()
  const x = builder.input("x", "float32", ["n"])
  const sum = builder.op("Add", [x, builder.constant(float32([1]), "w")])
  builder.output(builder.op("Relu", [sum]), "y", "float32", ["n"])
  return builder.build({ name: "valid", metadata: {} })
}

function node(changes: Partial<Node>): Node {
  const plain = {
    operator: "Neg",
    domain: "",
    overload: "",
    name: "",
    inputs: ["x"],
    outputs: ["z"],
    attributes: [],
  }
  return { ...plain, ...changes }
}

const inGraph = (change: (graph: Graph) => Partial<Graph>): Model => {
  const model = valid()
  return { ...model, graph: { ...model.graph, ...change(model.graph) } }
}

/** With one more node, which may carry an attribute. */
const withNode = (changes: Partial<Node>): Model =>
  inGraph(({ nodes }) => ({ nodes: [...nodes, node(changes)] }))
const withAttribute = (name: string, value: AttributeValue, domain = ""): Model => {
  const model = withNode({ domain, attributes: [{ name, value }] })
  return { ...model, opsets: [...model.opsets, { domain: "ours", version: 1 }] }
}
const withConstant = (value: TensorValue): Model =>
  inGraph(({ initializers }) => ({ initializers: [...initializers, { name: "c", tensor: value }] }))
const withFunction = (changes: Partial<FunctionDefinition>): Model => ({
  ...valid(),
  functions: [definition(changes)],
})

function definition(changes: Partial<FunctionDefinition>): FunctionDefinition {
  return {
    name: "Twice",
    domain: "ours",
    overload: "",
    description: "",
    inputs: ["a"],
    outputs: ["b"],
    attributes: [],
    attributeDefaults: [],
    nodes: [node({ operator: "Add", inputs: ["a", "a"], outputs: ["b"] })],
    opsets: [{ domain: "", version: 21 }],
    values: [],
    ...changes,
  }
}

function body(changes: Partial<Graph>): AttributeValue {
  const inner = { name: "body", description: "", inputs: [], outputs: [], values: [], initializers: [] }
  return graph({ ...inner, sparseInitializers: [], nodes: [], ...changes })
}

const sparse = { name: "s", tensor: { shape: [9], values: float32([1, 2]), indices: int64([1, 5]) } }

test("what the builder makes is valid, and so are functions, sparse constants and defaults of inputs", () => {
  checkModel(valid())
  checkModel(withFunction({}))
  checkModel(inGraph(() => ({ sparseInitializers: [sparse] })))
  checkModel(
    inGraph(() => ({
      sparseInitializers: [
        {
          ...sparse,
          tensor: { shape: [3, 3], values: float32([1, 2]), indices: int64([0, 1, 2, 2], [2, 2]) },
        },
      ],
    })),
  )
  checkModel(
    inGraph(({ initializers }) => ({ initializers: [...initializers, { name: "x", tensor: float32([1]) }] })),
  )
  checkModel(withNode({ domain: "ai.onnx" }))
  checkModel(withNode({ inputs: ["x", ""], outputs: ["z", ""] }))
  // The same name is an int in one operator of ours and a float in ONNX.
  checkModel(withAttribute("alpha", int(1), "ours"))
})

const planted: Readonly<Record<string, readonly [Model, RegExp, RegExp]>> = {
  "an old IR version": [{ ...valid(), irVersion: 2 }, /^the model$/, /IR version 2/],
  "a domain declared twice": [
    { ...valid(), opsets: [...valid().opsets, { domain: "ai.onnx", version: 20 }] },
    /^the model$/,
    /"ai.onnx" is declared twice/,
  ],
  "an impossible version": [{ ...valid(), opsets: [{ domain: "", version: 0 }] }, /^the model$/, /version 0/],
  "an undeclared domain": [
    withNode({ domain: "ours", name: "n7" }),
    /^node 2 \(Neg "n7"\)$/,
    /"ours" is not declared/,
  ],
  "no operator": [withNode({ operator: "" }), /^node 2/, /no operator/],
  "a node before what it reads": [
    inGraph(({ nodes }) => ({ nodes: nodes.toReversed() })),
    /^node 0 \(Relu/,
    /reads "Add_0", which nothing before it makes/,
  ],
  "a value that nobody makes": [withNode({ inputs: ["nothing"] }), /^node 2/, /reads "nothing"/],
  "a value made twice": [withNode({ outputs: ["y"] }), /^node 2/, /"y" is there a second time/],
  "an input made by a node": [withNode({ outputs: ["x"] }), /^node 2/, /"x" is there a second time/],
  "an input declared twice": [
    inGraph(({ inputs }) => ({ inputs: [...inputs, ...inputs] })),
    /^input "x"$/,
    /a second time/,
  ],
  "an input without a type": [
    inGraph(() => ({ inputs: [{ name: "x", type: null, description: "" }] })),
    /^value "x"$/,
    /no type/,
  ],
  "an input without a name": [
    inGraph(({ inputs }) => ({ inputs: inputs.map((input) => ({ ...input, name: "" })) })),
    /^input ""$/,
    /name is empty/,
  ],
  "a graph without a name": [inGraph(() => ({ name: "" })), /^the graph$/, /no name/],
  "an output that nobody makes": [
    inGraph(({ outputs }) => ({ outputs: outputs.map((output) => ({ ...output, name: "nothing" })) })),
    /^output "nothing"$/,
    /nothing makes it/,
  ],
  "an output declared twice": [
    inGraph(({ outputs }) => ({ outputs: [...outputs, ...outputs] })),
    /^output "y"$/,
    /a second time/,
  ],
  "a constant that does not fill its shape": [
    withConstant({ type: "float32", shape: [2, 2], data: new Float32Array(3) }),
    /^initializer "c"$/,
    /does not fill the shape \[2, 2\]/,
  ],
  "packed bytes that do not fill their shape": [
    withConstant({ type: "float16", shape: [3], data: new Uint8Array(3) }),
    /^initializer "c"$/,
    /does not fill/,
  ],
  "texts that do not fill their shape": [
    withConstant({ type: "string", shape: [], data: [] }),
    /^initializer "c"$/,
    /does not fill/,
  ],
  "a negative size": [
    withConstant({ type: "float32", shape: [-1], data: new Float32Array() }),
    /^initializer "c"$/,
    /-1 is no size/,
  ],
  "half a character": [
    withConstant({ type: "string", shape: [1], data: ["\ud83d"] }),
    /^initializer "c"$/,
    /not well-formed/,
  ],
  "a constant there twice": [
    inGraph(({ initializers }) => ({ initializers: [...initializers, ...initializers] })),
    /^initializer "w"$/,
    /a second time/,
  ],
  "constants beyond 2 GiB": [
    // Never touched, so the memory is never really taken.
    withConstant({ type: "uint8", shape: [2 ** 31], data: new Uint8Array(2 ** 31) }),
    /^the model$/,
    /2 GiB/,
  ],
  "a sparse constant with too few indices": [
    inGraph(() => ({
      sparseInitializers: [{ ...sparse, tensor: { ...sparse.tensor, indices: int64([1]) } }],
    })),
    /^initializer "s"$/,
    /do not fit 2 values/,
  ],
  "an attribute of the wrong kind": [
    withAttribute("axis", float(1)),
    /^node 2 \(Neg\), attribute "axis"$/,
    /of kind float, not int/,
  ],
  "an attribute there twice": [
    withNode({ attributes: [1, 2].map((value) => ({ name: "axis", value: int(value) })) }),
    /^node 2 \(Neg\), attribute "axis"$/,
    /a second time/,
  ],
  "an attribute without a name": [withAttribute("", int(1)), /attribute ""$/, /name is empty/],
  "a tensor attribute that does not fill its shape": [
    withAttribute("value", tensor({ type: "int64", shape: [2], data: new BigInt64Array(1) })),
    /attribute "value"$/,
    /does not fill/,
  ],
  "one of several tensors that does not fill its shape": [
    withAttribute("values", {
      kind: "tensors",
      value: [float32([1]), { type: "float32", shape: [2], data: new Float32Array(1) }],
    }),
    /attribute "values"$/,
    /does not fill/,
  ],
  "a sparse attribute with indices of another type": [
    withAttribute("sparse_value", {
      kind: "sparseTensor",
      value: { shape: [3], values: float32([1]), indices: float32([1]) },
    }),
    /attribute "sparse_value"$/,
    /do not fit/,
  ],
  "one of several sparse attributes that does not fit": [
    withAttribute("several", {
      kind: "sparseTensors",
      value: [{ shape: [3], values: float32([1]), indices: int64([1, 2]) }],
    }),
    /attribute "several"$/,
    /do not fit/,
  ],
  "half a character in an attribute": [
    withAttribute("mode", text("\udc00")),
    /attribute "mode"$/,
    /not well-formed/,
  ],
  "half a character in a list": [
    withAttribute("keys_strings", texts(["ok", "\udc00"])),
    /attribute "keys_strings"$/,
    /not well-formed/,
  ],
  "a fault inside a body": [
    withAttribute("body", body({ nodes: [node({ inputs: ["later"] })] })),
    /^node 2 \(Neg\), attribute "body", node 0 \(Neg\)$/,
    /reads "later"/,
  ],
  "a body that makes a value of the outer graph": [
    withAttribute("body", body({ nodes: [node({ outputs: ["Add_0"] })] })),
    /attribute "body", node 0/,
    /makes "Add_0" a second time/,
  ],
  "a fault inside one of several bodies": [
    withAttribute("bodies", {
      kind: "graphs",
      value: [{ ...valid().graph, nodes: [], outputs: [], name: "" }],
    }),
    /attribute "bodies", the graph$/,
    /no name/,
  ],
  "a function without a name": [withFunction({ name: "" }), /^function ""$/, /name is empty/],
  "a function's output that nobody makes": [
    withFunction({ outputs: ["c"] }),
    /^function "Twice"$/,
    /output "c"/,
  ],
  "a function that reads the graph's values": [
    withFunction({ nodes: [node({ inputs: ["x"], outputs: ["b"] })] }),
    /^function "Twice", node 0/,
    /reads "x"/,
  ],
  "two functions of one name": [
    { ...valid(), functions: [definition({}), definition({})] },
    /^the model$/,
    /same name/,
  ],
}

for (const [name, [model, place, reason]] of Object.entries(planted))
  test(`refused with its place: ${name}`, () => {
    assert.throws(
      () => checkModel(model),
      (error) => {
        assert(isFault(error, "ONNX_INVALID"), String(error))
        assert.match(String(error.parameters.place), place)
        assert.match(String(error.parameters.reason), reason)
        return true
      },
    )
  })

test("lists of ints are ints, whatever made them", () => {
  checkModel(withAttribute("axes", ints(Int32Array.of(1, -1))))
})

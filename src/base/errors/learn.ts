import type { ErrorRow } from "../errors.ts"

export const learnErrors = {
  GRAPH_OPERATOR: {
    kind: "unsupported",
    en: "Operator {operator} cannot be used here: {reason}. Write a file for it in src/learn/graph/operators, or use other operators.",
    zh: "此处无法使用算子 {operator}：{reason}。请在 src/learn/graph/operators 中为其编写文件，或改用其他算子。",
  },
  GRAPH_SHAPE: {
    kind: "invalid",
    en: "The shapes of {operator} do not fit: {reason}. Change the layers or the data before it.",
    zh: "{operator} 的形状不匹配：{reason}。请修改其之前的层或数据。",
  },
  NETWORK_INPUT: {
    kind: "invalid",
    en: "An output depends on {name}, which is none of the model's {inputs} inputs. Name all inputs when the model is made.",
    zh: "某个输出依赖 {name}，但它不在模型的 {inputs} 个输入之中。请在创建模型时列出所有输入。",
  },
} as const satisfies Readonly<Record<string, ErrorRow>>

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
  NETWORK_DATA: {
    kind: "invalid",
    en: "The data do not fit the network: {reason}. Give one array per input and target, with the shapes that the model's summary shows.",
    zh: "数据与网络不匹配：{reason}。请为每个输入和目标提供一个数组，形状须与模型 summary 所示一致。",
  },
  NETWORK_DATA_NOT_FINITE: {
    kind: "invalid",
    en: "{name} holds a value that is not finite, in row {row}. Fill in or leave out missing values before training.",
    zh: "{name} 第 {row} 行含有非有限值。请在训练前填补或去除缺失值。",
  },
  NETWORK_NOT_COMPILED: {
    kind: "invalid",
    en: "The model has no loss and optimizer yet. Call compile first.",
    zh: "模型尚未设置损失函数和优化器。请先调用 compile。",
  },
  NETWORK_SETTING: {
    kind: "invalid",
    en: "{name} is {got}, but must be {expected}. Change it.",
    zh: "{name} 为 {got}，但应为 {expected}。请修改。",
  },
  NETWORK_DIVERGED: {
    kind: "unprocessable",
    en: "The loss is no longer a number after step {step}, at half the learning rate too. Lower the learning rate, scale the data, or clip gradients.",
    zh: "第 {step} 步后损失不再是有效数字，学习率减半后仍如此。请降低学习率、缩放数据或裁剪梯度。",
  },
  CHECKPOINT_UNFIT: {
    kind: "conflict",
    en: "The checkpoint {path} cannot be continued: {reason}. Train anew without resume, or with the settings and data it was written with.",
    zh: "无法从检查点 {path} 继续：{reason}。请不使用 resume 重新训练，或使用写入该检查点时的设置和数据。",
  },
  CHECKPOINT_UNWRITTEN: {
    kind: "unprocessable",
    en: "The checkpoint {path} cannot be written: {reason}. The one before, if any, is still there, and the model keeps its weights. Make room, or name another path.",
    zh: "无法写入检查点 {path}：{reason}。之前的检查点（若有）仍在，模型权重也已保留。请腾出空间或改用其他路径。",
  },
  PARQUET_FILE: {
    kind: "unprocessable",
    en: "{path} cannot be trained from: {reason}. Give whole Parquet files with rows, which this process may read.",
    zh: "无法用 {path} 训练：{reason}。请提供完整、含有数据行且本进程可读的 Parquet 文件。",
  },
  PARQUET_COLUMN: {
    kind: "invalid",
    en: "Column {column} of {path} cannot be used: {reason}. Name numeric columns that every file has.",
    zh: "无法使用 {path} 的列 {column}：{reason}。请指定每个文件都有的数值列。",
  },
  PARQUET_VALUE: {
    kind: "unprocessable",
    en: "Column {column} of {path} holds {got} in row {row} (counted from 0). Fill in or leave out such values before training.",
    zh: "{path} 的列 {column} 在第 {row} 行（从 0 计）的值为 {got}。请在训练前填补或去除此类值。",
  },
  PARQUET_CHANGED: {
    kind: "conflict",
    en: "{path} has changed or vanished since it was opened. Leave the files alone while a training reads them, and begin it anew.",
    zh: "{path} 在打开后被修改或删除。训练读取期间请勿改动文件，并重新开始训练。",
  },
} as const satisfies Readonly<Record<string, ErrorRow>>

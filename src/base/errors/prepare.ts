import type { ErrorRow } from "../errors.ts"

export const prepareErrors = {
  ROWS_INVALID: {
    kind: "unprocessable",
    en: "The rows have {count} problems; the first: {first} Correct them and call again.",
    zh: "各行共有 {count} 个问题；第一个是：{first} 请改正后重新调用。",
  },
  ROW_NOT_OBJECT: {
    kind: "unprocessable",
    en: "Row {row} is {got}, but must be an object with a value for each column.",
    zh: "第 {row} 行是 {got}，但应为以列名为键的对象。",
  },
  COLUMN_MISSING: {
    kind: "unprocessable",
    en: "Row {row} has no column {column}, which the model needs. Add it.",
    zh: "第 {row} 行缺少模型所需的列 {column}。请补上。",
  },
  COLUMN_UNKNOWN: {
    kind: "unprocessable",
    en: "Row {row} has the column {column}, which the model does not know. Remove it or correct its name.",
    zh: "第 {row} 行含有模型不认识的列 {column}。请删除该列或改正列名。",
  },
  VALUE_MISSING: {
    kind: "unprocessable",
    en: "Column {column} of row {row} is empty, but had a value in every training row. Give it a value.",
    zh: "第 {row} 行的列 {column} 为空，而训练数据中该列从不为空。请提供取值。",
  },
  NUMBER_EXPECTED: {
    kind: "unprocessable",
    en: "Column {column} of row {row} must be a finite number, but is {got}.",
    zh: "第 {row} 行的列 {column} 应为有限数值，但得到 {got}。",
  },
  BOOLEAN_EXPECTED: {
    kind: "unprocessable",
    en: "Column {column} of row {row} must be true or false (or 1 or 0), but is {got}.",
    zh: "第 {row} 行的列 {column} 应为 true 或 false（或 1、0），但得到 {got}。",
  },
  CATEGORY_EXPECTED: {
    kind: "unprocessable",
    en: "Column {column} of row {row} must be a text, a finite number, true or false, but is {got}.",
    zh: "第 {row} 行的列 {column} 应为文本、有限数值、true 或 false，但得到 {got}。",
  },
  CATEGORY_UNKNOWN: {
    kind: "unprocessable",
    en: "Column {column} of row {row} is {got}, which is none of the values that the model takes: {known}.",
    zh: "第 {row} 行的列 {column} 为 {got}，不在模型接受的取值之内：{known}。",
  },
  DATETIME_EXPECTED: {
    kind: "unprocessable",
    en: "Column {column} of row {row} must be a date such as {example}, but is {got}.",
    zh: "第 {row} 行的列 {column} 应为形如 {example} 的日期，但得到 {got}。",
  },
  TEXT_HAS_NUL: {
    kind: "unprocessable",
    en: "Column {column} of row {row} holds the character U+0000, which models cannot read. Remove it.",
    zh: "第 {row} 行的列 {column} 含有模型无法读取的字符 U+0000。请删除该字符。",
  },
  UNSEEN_CATEGORY: {
    kind: "unprocessable",
    en: "Column {column} of row {row} is {got}, which no training row had; the answer may be off.",
    zh: "第 {row} 行的列 {column} 为 {got}，训练数据中从未出现；结果可能不准。",
  },
  OUT_OF_RANGE: {
    kind: "unprocessable",
    en: "Column {column} of row {row} is {got}, but training rows lay between {low} and {high}; the answer may be off.",
    zh: "第 {row} 行的列 {column} 为 {got}，而训练数据介于 {low} 与 {high} 之间；结果可能不准。",
  },
  IMPUTED: {
    kind: "unprocessable",
    en: "Column {column} of row {row} is empty; the model fills it in.",
    zh: "第 {row} 行的列 {column} 为空；由模型补全。",
  },
  IGNORED_COLUMN: {
    kind: "unprocessable",
    en: "Column {column} of row {row} is not read by the model (reason: {reason}); leave it out.",
    zh: "第 {row} 行的列 {column} 不被模型读取（原因：{reason}）；可以省略。",
  },
  NUMBER_INFINITE: {
    kind: "unprocessable",
    en: "Column {column} of row {row} of the data is infinite. Correct it, or leave the column out.",
    zh: "数据第 {row} 行的列 {column} 为无穷大。请改正，或不使用该列。",
  },
  TARGET_NOT_FOUND: {
    kind: "unprocessable",
    en: "The data has no column {target} to predict; it has {columns}. Name one of these.",
    zh: "数据中没有要预测的列 {target}；现有列：{columns}。请从中选择。",
  },
  TARGET_EMPTY: {
    kind: "unprocessable",
    en: "Column {target} is empty in every row, so nothing can be learned. Choose another target.",
    zh: "列 {target} 在所有行中均为空，无法学习。请选择其他目标列。",
  },
  TARGET_CONSTANT: {
    kind: "unprocessable",
    en: "Column {target} is {value} in every row, so there is nothing to predict. Choose another target.",
    zh: "列 {target} 在所有行中都是 {value}，没有可预测的内容。请选择其他目标列。",
  },
  TARGET_CLASSES_TOO_MANY: {
    kind: "unprocessable",
    en: "Column {target} has {classes} different values; at most {limit} can be told apart. Choose another target or group its values.",
    zh: "列 {target} 有 {classes} 种取值，最多可区分 {limit} 种。请选择其他目标列或合并取值。",
  },
  TARGET_CLASS_TOO_SMALL: {
    kind: "unprocessable",
    en: "Column {target} is {value} in only {rows} rows; a class needs at least {limit}. Add rows, or remove or merge that value.",
    zh: "列 {target} 取值 {value} 的行只有 {rows} 行，每个类别至少需要 {limit} 行。请增加数据，或删除、合并该取值。",
  },
  TARGET_NOT_NUMBER: {
    kind: "unprocessable",
    en: "Column {target} holds {type} values, so regression cannot predict it. Choose a column of numbers, or classification.",
    zh: "列 {target} 的类型为 {type}，无法做回归。请选择数值列，或改用分类。",
  },
  TARGET_NOT_CLASSES: {
    kind: "unprocessable",
    en: "Column {target} holds times, which cannot be predicted. Choose a column of numbers, texts or booleans.",
    zh: "列 {target} 是时间，无法作为预测目标。请选择数值、文本或布尔列。",
  },
  TARGET_NOT_BINARY: {
    kind: "unprocessable",
    en: "Column {target} has {classes} different values, so the task cannot be binary. Use the task multiclass.",
    zh: "列 {target} 有 {classes} 种取值，任务不能是二分类。请使用 multiclass。",
  },
  POSITIVE_CLASS_UNKNOWN: {
    kind: "unprocessable",
    en: "{positive} is no value of column {target}; its values are {classes}. Name one of them.",
    zh: "{positive} 不是列 {target} 的取值；可选：{classes}。请从中选择。",
  },
  RECIPE_INVALID: {
    kind: "unprocessable",
    en: "The recipe is wrong at {place}: {problem}. Correct it, or leave the recipe out to have one made.",
    zh: "配方在 {place} 处有误：{problem}。请改正，或省略配方由系统生成。",
  },
  RECIPE_COLUMN_UNKNOWN: {
    kind: "unprocessable",
    en: "The recipe uses the column {column}, which the data does not have. Remove it or correct its name.",
    zh: "配方使用了数据中不存在的列 {column}。请删除或改正列名。",
  },
  RECIPE_COLUMN_KIND: {
    kind: "unprocessable",
    en: "The recipe uses column {column} as {use}, but it holds {type} values. Choose another use, or ignore it.",
    zh: "配方将列 {column} 用作 {use}，但其类型为 {type}。请改用其他用途，或忽略该列。",
  },
  RECIPE_EMPTY: {
    kind: "unprocessable",
    en: "No column is left to predict {target} from: all others are constant, identifiers or free text. Add columns, or choose them in a recipe.",
    zh: "没有可用于预测 {target} 的列：其余列均为常量、标识符或自由文本。请增加列，或在配方中指定。",
  },
  MODEL_SIGNATURE_MISSING: {
    kind: "unprocessable",
    en: "The model file has no signature (metadata {key}), so raw rows cannot be packed for it. Use a file that Quernstone wrote.",
    zh: "模型文件没有签名（元数据 {key}），无法为其打包原始数据行。请使用 Quernstone 生成的文件。",
  },
  MODEL_SIGNATURE_INVALID: {
    kind: "unprocessable",
    en: "The signature of the model file is wrong at {place}: {problem}. Write the file anew.",
    zh: "模型文件的签名在 {place} 处有误：{problem}。请重新生成该文件。",
  },
} as const satisfies Readonly<Record<string, ErrorRow>>

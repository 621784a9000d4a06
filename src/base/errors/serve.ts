import type { ErrorRow } from "../errors.ts"

export const serveErrors = {
  ENDPOINT_NOT_FOUND: {
    kind: "notFound",
    en: "There is no endpoint called {endpoint} here. `quernstone endpoint list` shows those that exist; `quernstone deploy MODEL` makes one.",
    zh: "这里没有名为 {endpoint} 的端点。`quernstone endpoint list` 可列出现有端点；`quernstone deploy MODEL` 可新建。",
  },
  ENDPOINT_LOADING: {
    kind: "unavailable",
    en: "Endpoint {endpoint} is loading its first model; try again in a few seconds.",
    zh: "端点 {endpoint} 正在加载首个模型；请几秒后重试。",
  },
  ENDPOINT_VERSION_NOT_SERVED: {
    kind: "notFound",
    en: "Endpoint {endpoint} serves version {served}, not {version}. Leave the version out, or deploy version {version}.",
    zh: "端点 {endpoint} 提供的是版本 {served}，不是 {version}。请省略版本，或部署版本 {version}。",
  },
  TOO_MANY_ROWS: {
    kind: "tooLarge",
    en: "The call has {rows} rows; the most is {limit}. Split it, or raise QUERNSTONE_LIMIT_PREDICT_ROWS_MAX.",
    zh: "本次调用有 {rows} 行，上限为 {limit} 行。请分批调用，或调高 QUERNSTONE_LIMIT_PREDICT_ROWS_MAX。",
  },
  PREDICT_QUEUE_FULL: {
    kind: "tooMany",
    en: "{waiting} calls already wait for endpoint {endpoint}. Try again later, or raise QUERNSTONE_LIMIT_PREDICT_QUEUE_MAX.",
    zh: "端点 {endpoint} 已有 {waiting} 个调用在等待。请稍后重试，或调高 QUERNSTONE_LIMIT_PREDICT_QUEUE_MAX。",
  },
  MODEL_MEMORY_FULL: {
    kind: "full",
    en: "Model {model} needs about {needed} MB, but models may take {budget} MB in all. Delete an endpoint, or raise QUERNSTONE_LIMIT_MODEL_MEMORY_SHARE.",
    zh: "模型 {model} 约需 {needed} MB，而所有模型合计上限为 {budget} MB。请删除一个端点，或调高 QUERNSTONE_LIMIT_MODEL_MEMORY_SHARE。",
  },
  EXPLAIN_UNSUPPORTED: {
    kind: "unprocessable",
    en: "Version {version} of model {model} cannot be explained: its answers do not depend on columns, or its file was not made for it. Ask without explain, or train with learner linear or network.",
    zh: "模型 {model} 的版本 {version} 无法解释：其回答与各列无关，或其文件不支持解释。请去掉 explain 再试，或以 learner linear 或 network 训练。",
  },
  SCORE_NOT_FINITE: {
    kind: "unprocessable",
    en: "Row {row} gave a score that is not a number, so it has no answer. Check its values.",
    zh: "第 {row} 行的得分不是数值，因此没有答案。请检查该行的取值。",
  },
} as const satisfies Readonly<Record<string, ErrorRow>>

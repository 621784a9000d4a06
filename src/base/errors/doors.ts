import type { ErrorRow } from "../errors.ts"

export const doorErrors = {
  PATH_NOT_FOUND: {
    kind: "notFound",
    en: "{method} {path} is not a path of Quernstone. /openapi.json lists them all.",
    zh: "Quernstone 没有 {method} {path} 这个路径。/openapi.json 列出了全部路径。",
  },
  PATH_MALFORMED: {
    kind: "invalid",
    en: "The path is not correctly percent-encoded UTF-8. Encode it again.",
    zh: "路径不是正确的百分号编码 UTF-8。请重新编码。",
  },
  REQUEST_MALFORMED: {
    kind: "invalid",
    en: "What came is not an HTTP request. See that the address and the scheme, http or https, are right.",
    zh: "收到的内容不是 HTTP 请求。请检查地址以及协议（http 或 https）是否正确。",
  },
  HEADERS_TOO_LARGE: {
    kind: "headersTooLarge",
    en: "The headers of the request are larger than this server accepts. Send fewer, or raise QUERNSTONE_LIMIT_REQUEST_HEADER_BYTES_MAX.",
    zh: "请求头部超过上限。请减少头部，或调高 QUERNSTONE_LIMIT_REQUEST_HEADER_BYTES_MAX。",
  },
  BODY_TOO_LARGE: {
    kind: "tooLarge",
    en: "The body is larger than this call accepts. Send less at once, or raise the limit that `quernstone config` shows.",
    zh: "请求体超过本接口上限。请分批发送，或调高 `quernstone config` 所示的限制。",
  },
  BODY_INCOMPLETE: {
    kind: "invalid",
    en: "The body is shorter or longer than its Content-Length. Send it again.",
    zh: "请求体长度与 Content-Length 不符。请重新发送。",
  },
  BODY_NOT_JSON: {
    kind: "invalid",
    en: "The body is not JSON: {reason}. Correct it and send it again.",
    zh: "请求体不是 JSON：{reason}。请改正后重新发送。",
  },
  BODY_MISSING: {
    kind: "invalid",
    en: "This call needs a body and none came. See /openapi.json for its shape.",
    zh: "本接口需要请求体但未收到。格式见 /openapi.json。",
  },
  REQUEST_INVALID: {
    kind: "unprocessable",
    en: "{count} fields of the request are wrong; the first: {first}.",
    zh: "请求有 {count} 个字段不正确；第一个：{first}。",
  },
  CURSOR_INVALID: {
    kind: "invalid",
    en: "The cursor is not one that a list of Quernstone gave. Start again without it.",
    zh: "该游标不是 Quernstone 列表返回的游标。请去掉游标重新开始。",
  },
  PORT_TAKEN: {
    kind: "conflict",
    en: "Port {port} on {host} is taken by another program. Choose another with --port, or 0 for any free one.",
    zh: "{host} 的端口 {port} 已被其他程序占用。请用 --port 换一个，或用 0 表示任意空闲端口。",
  },
  LISTEN_FAILED: {
    kind: "invalid",
    en: "Cannot listen on {host} port {port}: {reason}. Choose an address of this machine with --host.",
    zh: "无法监听 {host} 的端口 {port}：{reason}。请用 --host 指定本机地址。",
  },
  TLS_UNREADABLE: {
    kind: "invalid",
    en: "The TLS file {file} cannot be used: {reason}. Give a PEM certificate chain and its key.",
    zh: "TLS 文件 {file} 无法使用：{reason}。请提供 PEM 证书链及其私钥。",
  },
  PLAIN_HTTP_REFUSED: {
    kind: "invalid",
    en: "{host} can be reached from other machines, so plain HTTP would show keys and data on the network. Give --tls-cert and --tls-key, or --behind-proxy ADDRESSES, or --insecure-http if you accept that.",
    zh: "{host} 可被其他机器访问，明文 HTTP 会在网络上暴露密钥和数据。请提供 --tls-cert 与 --tls-key，或 --behind-proxy 地址；若接受风险，请用 --insecure-http。",
  },
  OWNER_URL_MISSING: {
    kind: "invalid",
    en: "Migrating an outside database needs its owner: set DATABASE_OWNER_URL, or give the output of `quernstone migrate --print` to an administrator.",
    zh: "迁移外部数据库需要其所有者权限：请设置 DATABASE_OWNER_URL，或把 `quernstone migrate --print` 的输出交给管理员。",
  },
  TENSOR_INVALID: {
    kind: "invalid",
    en: "Input {input} is wrong: {reason}.",
    zh: "输入 {input} 不正确：{reason}。",
  },
  EVENT_STREAMS_FULL: {
    kind: "tooMany",
    en: "{limit} event streams are open already. Close one, or ask for the job itself.",
    zh: "已打开 {limit} 个事件流。请关闭一个，或直接查询任务。",
  },
} as const satisfies Readonly<Record<string, ErrorRow>>

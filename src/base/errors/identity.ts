import type { ErrorRow } from "../errors.ts"

export const identityErrors = {
  KEY_MISSING: {
    kind: "unauthenticated",
    en: "This call needs an API key. Send it as `Authorization: Bearer qst_...`; `quernstone keys create` makes one.",
    zh: "此调用需要 API 密钥。请以 `Authorization: Bearer qst_...` 发送；`quernstone keys create` 可创建密钥。",
  },
  KEY_INVALID: {
    kind: "unauthenticated",
    en: "The API key is not one of this server's. Check that it was copied whole, or make one with `quernstone keys create`.",
    zh: "该 API 密钥不属于此服务器。请检查是否完整复制，或用 `quernstone keys create` 创建。",
  },
  KEY_EXPIRED: {
    kind: "unauthenticated",
    en: "The API key {displayId} expired at {expiresAt}. Make another with `quernstone keys create`.",
    zh: "API 密钥 {displayId} 已于 {expiresAt} 过期。请用 `quernstone keys create` 另建一个。",
  },
  KEY_REVOKED: {
    kind: "unauthenticated",
    en: "The API key {displayId} was revoked. Use another, or make one with `quernstone keys create`.",
    zh: "API 密钥 {displayId} 已被吊销。请使用其他密钥，或用 `quernstone keys create` 创建。",
  },
  KEY_LOOKUPS_TOO_MANY: {
    kind: "tooMany",
    en: "More than {limit} unknown API keys a second are being tried. Try again in a second; keys in use are not affected.",
    zh: "每秒尝试的未知 API 密钥超过 {limit} 个。请一秒后重试；正在使用的密钥不受影响。",
  },
  KEY_NOT_FOUND: {
    kind: "notFound",
    en: "There is no API key {id} in this workspace. `quernstone keys list` shows those there are.",
    zh: "此工作区中没有 API 密钥 {id}。`quernstone keys list` 会列出现有密钥。",
  },
  KEY_ENDPOINTS_SCOPE: {
    kind: "invalid",
    en: "Endpoint names limit the scope predict, but the key's scopes are {scopes}. Give it predict and not admin, or name no endpoints.",
    zh: "端点名称只用于限制 predict 权限，但该密钥的权限为 {scopes}。请授予 predict 而非 admin，或不要指定端点。",
  },
  SCOPE_MISSING: {
    kind: "forbidden",
    en: "This call needs the scope {scope}; the key has {scopes}. Use a key that has it.",
    zh: "此调用需要权限 {scope}，而该密钥具有的权限为 {scopes}。请使用具有该权限的密钥。",
  },
  ENDPOINT_FORBIDDEN: {
    kind: "forbidden",
    en: "The key may not call the endpoint {endpoint}. Use a key that is not limited to other endpoints.",
    zh: "该密钥不得调用端点 {endpoint}。请使用未限制为其他端点的密钥。",
  },
  HOST_FOREIGN: {
    kind: "forbidden",
    en: "The server listens on this machine only and does not answer to the name {host}. Call it as localhost, or list the name with --allowed-hosts.",
    zh: "服务器仅在本机监听，不以名称 {host} 应答。请以 localhost 调用，或用 --allowed-hosts 列出该名称。",
  },
  ORIGIN_FOREIGN: {
    kind: "forbidden",
    en: "A page of {origin} may not call this server. Open its own console, or list the name with --allowed-hosts.",
    zh: "来自 {origin} 的页面不得调用此服务器。请打开服务器自带的控制台，或用 --allowed-hosts 列出该名称。",
  },
  IDEMPOTENCY_KEY_INVALID: {
    kind: "invalid",
    en: "The Idempotency-Key must have 1 to {limit} visible ASCII characters. Use a fresh UUID for each new write.",
    zh: "Idempotency-Key 须为 1 至 {limit} 个可见 ASCII 字符。请为每次新的写入使用新的 UUID。",
  },
  IDEMPOTENCY_KEY_REUSED: {
    kind: "unprocessable",
    en: "The Idempotency-Key {key} was used for another request. Use a fresh one for each new write.",
    zh: "Idempotency-Key {key} 已用于另一个请求。请为每次新的写入使用新的值。",
  },
  IDEMPOTENCY_KEY_RUNNING: {
    kind: "conflict",
    en: "The first request with the Idempotency-Key {key} is still running. Send it again later to get its answer.",
    zh: "使用 Idempotency-Key {key} 的首个请求仍在执行。请稍后重新发送以获取其结果。",
  },
  ADMIN_KEY_FILE: {
    kind: "invalid",
    en: "{path} holds no admin key. Remove the file to get a new one at the next start, or set QUERNSTONE_ADMIN_KEY.",
    zh: "{path} 中没有管理员密钥。请删除该文件以便下次启动时重新生成，或设置 QUERNSTONE_ADMIN_KEY。",
  },
} as const satisfies Readonly<Record<string, ErrorRow>>

import type { ErrorRow } from "../errors.ts"

export const storeErrors = {
  CLUSTER_UNSUPPORTED: {
    kind: "unsupported",
    en: "No PostgreSQL is packaged for {platform}. Set DATABASE_URL to a PostgreSQL server of version 15 or newer.",
    zh: "没有适用于 {platform} 的内置 PostgreSQL。请将 DATABASE_URL 设为 15 或更新版本的 PostgreSQL 服务器。",
  },
  CLUSTER_FOLDER: {
    kind: "invalid",
    en: "PostgreSQL cannot use {folder}: {reason}. Choose another folder with --data or QUERNSTONE_DATA.",
    zh: "PostgreSQL 无法使用 {folder}：{reason}。请用 --data 或 QUERNSTONE_DATA 选择其他目录。",
  },
  CLUSTER_START_FAILED: {
    kind: "unavailable",
    en: "PostgreSQL did not start: {reason}. Its log is {logFile}; correct the cause and start again.",
    zh: "PostgreSQL 未能启动：{reason}。其日志为 {logFile}；请排除原因后重新启动。",
  },
  DATA_VERSION: {
    kind: "conflict",
    en: "{folder} was written as {found}, but this Quernstone reads {known}. Start the Quernstone that wrote it, or choose another folder with --data.",
    zh: "{folder} 的数据版本为 {found}，而当前 Quernstone 只能读取 {known}。请使用写入它的 Quernstone，或用 --data 选择其他目录。",
  },
  INSTANCE_RUNNING: {
    kind: "conflict",
    en: "Another Quernstone (process {pid}, started {startedAt}) already uses {folder}. Use that one, stop it, or choose another folder with --data.",
    zh: "另一个 Quernstone（进程 {pid}，启动于 {startedAt}）正在使用 {folder}。请使用它、停止它，或用 --data 选择其他目录。",
  },
  DATABASE_UNAVAILABLE: {
    kind: "unavailable",
    en: "The database cannot be reached: {reason}. Try again; if it lasts, see that PostgreSQL runs and that DATABASE_URL is right.",
    zh: "无法连接数据库：{reason}。请重试；若持续出现，请检查 PostgreSQL 是否在运行以及 DATABASE_URL 是否正确。",
  },
  DATABASE_BUSY: {
    kind: "unavailable",
    en: "The database is too busy: {reason}. Nothing was changed; try again.",
    zh: "数据库过于繁忙：{reason}。没有任何更改；请重试。",
  },
  DATABASE_TOO_OLD: {
    kind: "unsupported",
    en: "The database server is PostgreSQL {found}, but Quernstone needs {needed} or newer. Upgrade it or leave DATABASE_URL unset.",
    zh: "数据库服务器为 PostgreSQL {found}，而 Quernstone 需要 {needed} 或更新版本。请升级，或不设置 DATABASE_URL。",
  },
  DATABASE_ROLE: {
    kind: "invalid",
    en: "The database role {role} is not bound by row-level security. Let DATABASE_URL name quernstone_app; `quernstone migrate --print` shows how it is made.",
    zh: "数据库角色 {role} 不受行级安全约束。请在 DATABASE_URL 中使用 quernstone_app；`quernstone migrate --print` 会显示其创建方法。",
  },
  MIGRATIONS_PENDING: {
    kind: "conflict",
    en: "The database lacks {count} migrations, the first is {name}. Run `quernstone migrate` with DATABASE_OWNER_URL set.",
    zh: "数据库缺少 {count} 个迁移，第一个是 {name}。请设置 DATABASE_OWNER_URL 并运行 `quernstone migrate`。",
  },
  MIGRATION_CHANGED: {
    kind: "conflict",
    en: "Migration {name} is not what this database was migrated with. Install the Quernstone that belongs to it; released migrations are never edited.",
    zh: "迁移 {name} 与该数据库所用的不一致。请安装与之对应的 Quernstone；已发布的迁移从不修改。",
  },
  MIGRATION_UNKNOWN: {
    kind: "conflict",
    en: "The database has migration {name}, which this Quernstone does not know. A newer one has used it: install that or a later version.",
    zh: "数据库包含当前 Quernstone 不认识的迁移 {name}。它已被更新的版本使用：请安装该版本或更新版本。",
  },
  MIGRATION_FAILED: {
    kind: "internal",
    en: "Migration {name} failed and was rolled back: {reason}. The database is as it was before it.",
    zh: "迁移 {name} 失败并已回滚：{reason}。数据库保持迁移前的状态。",
  },
  BLOB_NOT_FOUND: {
    kind: "notFound",
    en: "There is no blob {digest}. It was deleted, or the blob folder is not the one that belongs to this database.",
    zh: "不存在数据块 {digest}。它已被删除，或数据块目录与该数据库不对应。",
  },
  BLOB_CORRUPT: {
    kind: "internal",
    en: "Blob {digest} is damaged: {reason}. Restore it from a backup or upload its content again.",
    zh: "数据块 {digest} 已损坏：{reason}。请从备份恢复，或重新上传其内容。",
  },
  BLOB_TOO_LARGE: {
    kind: "tooLarge",
    en: "The content has more than {maxBytes} bytes, which is the limit. Send less, or raise the limit.",
    zh: "内容超过 {maxBytes} 字节的上限。请减小内容，或提高上限。",
  },
  STORAGE_FULL: {
    kind: "full",
    en: "The disk that holds {folder} is full. Nothing was stored; free space and try again.",
    zh: "{folder} 所在磁盘已满。没有存储任何内容；请释放空间后重试。",
  },
} as const satisfies Readonly<Record<string, ErrorRow>>

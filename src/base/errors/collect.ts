/** @file Errors of reading data: uploads, CSV, tables. */
import type { ErrorRow } from "../errors.ts"

export const collectErrors = {
  DATASET_NOT_FOUND: {
    kind: "notFound",
    en: "There is no dataset called {dataset} here. `quernstone dataset list` shows those that exist.",
    zh: "这里没有名为 {dataset} 的数据集。`quernstone dataset list` 可列出现有数据集。",
  },
  DATASET_VERSION_NOT_FOUND: {
    kind: "notFound",
    en: "Dataset {dataset} has no version {version}; its newest is {newest}.",
    zh: "数据集 {dataset} 没有版本 {version}；最新版本是 {newest}。",
  },
  UPLOAD_TOO_LARGE: {
    kind: "tooLarge",
    en: "The upload is larger than {limit} bytes once decompressed. Send fewer rows or columns, or raise uploadBytesMax.",
    zh: "上传文件解压后超过 {limit} 字节。请减少行或列，或调高 uploadBytesMax。",
  },
  UPLOAD_BOMB: {
    kind: "tooLarge",
    en: "The upload grows by more than {ratio} times when decompressed, which no honest table does. Send it uncompressed, or raise uploadCompressionRatioMax.",
    zh: "上传文件解压后膨胀超过 {ratio} 倍，正常表格不会如此。请上传未压缩的文件，或调高 uploadCompressionRatioMax。",
  },
  UPLOAD_CORRUPT: {
    kind: "unprocessable",
    en: "The upload says that it is {compression}, but cannot be decompressed: {reason}. Compress and send it again.",
    zh: "上传文件标明为 {compression}，但无法解压：{reason}。请重新压缩后再上传。",
  },
  UPLOAD_NOT_CSV: {
    kind: "unsupportedMedia",
    en: "The upload is not a CSV: it looks like {seems}. Save or export the table as CSV and send that.",
    zh: "上传文件不是 CSV：看起来是 {seems}。请将表格另存或导出为 CSV 后再上传。",
  },
  CSV_OPTION_INVALID: {
    kind: "invalid",
    en: "The option {option} is {got}, but must be {expected}. Correct it, or leave it out to have it found.",
    zh: "选项 {option} 的值是 {got}，但应为 {expected}。请改正，或省略它以自动识别。",
  },
  CSV_DELIMITER_UNCLEAR: {
    kind: "unprocessable",
    en: "The file reads as a single column, but its first line holds {found}: {line}. Name the character between cells with the option delimiter.",
    zh: "文件只读出一列，但首行含有 {found}：{line}。请用 delimiter 选项指明分隔符。",
  },
  ENCODING_WRONG: {
    kind: "unprocessable",
    en: "Line {line} is not valid {encoding}. Name the file's real encoding with the option encoding, or leave it out to have it guessed.",
    zh: "第 {line} 行不是有效的 {encoding}。请用 encoding 选项指明真实编码，或省略它以自动识别。",
  },
  NUL_CHARACTER: {
    kind: "unprocessable",
    en: "Line {line} holds the character U+0000, which no table can keep. Remove it and send the file again.",
    zh: "第 {line} 行含有字符 U+0000，表格无法保存。请删除后重新上传。",
  },
  EMPTY_FILE: {
    kind: "unprocessable",
    en: "The file is empty. Send a CSV with a line of column names and at least one row.",
    zh: "文件为空。请上传包含列名行和至少一行数据的 CSV。",
  },
  NO_ROWS: {
    kind: "unprocessable",
    en: "The file has column names but no rows. Add rows; if the first line is data, say so with the option header=false.",
    zh: "文件只有列名，没有数据行。请添加数据；若首行就是数据，请使用选项 header=false。",
  },
  DUPLICATE_COLUMN: {
    kind: "unprocessable",
    en: "Two columns are called {column} (capitals do not count as a difference). Rename one of them in the file's first line.",
    zh: "有两列同名：{column}（不区分大小写）。请在文件首行为其中一列改名。",
  },
  TOO_MANY_COLUMNS: {
    kind: "tooLarge",
    en: "The file has {columns} columns, but a table has at most {limit}. Leave columns out, or raise columnsMax.",
    zh: "文件有 {columns} 列，但一张表最多 {limit} 列。请删减列，或调高 columnsMax。",
  },
  TABLE_COLUMN_UNKNOWN: {
    kind: "invalid",
    en: "There is no column {column}. The columns are {columns}.",
    zh: "没有列 {column}。现有的列为 {columns}。",
  },
  TOO_MANY_BAD_ROWS: {
    kind: "unprocessable",
    en: "{bad} of {rows} rows cannot be read, which is more than the {share}% allowed. The first: {first}. Correct them, set columnTypes, or raise rejectedRowsShareMax.",
    zh: "{rows} 行中有 {bad} 行无法读取，超过允许的 {share}%。最先出错的：{first}。请改正，或设置 columnTypes，或调高 rejectedRowsShareMax。",
  },
  PARQUET_UNREADABLE: {
    kind: "unprocessable",
    en: "The stored table cannot be read: {reason}. Import the data set again.",
    zh: "已存储的表无法读取：{reason}。请重新导入数据集。",
  },
} as const satisfies Readonly<Record<string, ErrorRow>>

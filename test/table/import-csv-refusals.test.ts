/** @file CSVs that are refused as a whole, each with its code, and encodings that are guessed or named. */
import assert from "node:assert/strict"
import { test } from "node:test"

import type { CsvOptions } from "../../src/table/import-csv.ts"
import { hasCode, importText, rowsOf, typesOf } from "./job-folder.ts"

const refusals: readonly {
  readonly name: string
  readonly content: string | Uint8Array
  readonly options?: CsvOptions
  readonly check: (error: unknown) => boolean
}[] = [
  { name: "nothing", content: "", check: hasCode("EMPTY_FILE") },
  { name: "only blank lines", content: "\n \n\n", check: hasCode("EMPTY_FILE") },
  { name: "only a header", content: "a,b\n", check: hasCode("NO_ROWS") },
  { name: "two columns of one name", content: "a,b,A\n1,2,3\n", check: hasCode("DUPLICATE_COLUMN", /"A"/) },
  {
    name: "one column whose first line holds other delimiters",
    content: "a;b,c\n1\n2\n3\n",
    check: hasCode("CSV_DELIMITER_UNCLEAR", /option delimiter/),
  },
  { name: "U+0000 in a cell", content: "a,b\n1,x\n2,\0\n", check: hasCode("NUL_CHARACTER", /^Line 3 /) },
  {
    name: "U+0000 beyond the first bytes",
    content: `a,b\n${"1,x\n".repeat(200_000)}2,\0\n`,
    check: hasCode("NUL_CHARACTER", /^Line 200002 /),
  },
  {
    name: "rows of which too many are ragged",
    content: "a,b\n1,2\n1,2\n1,2\n3\n4,5,6\n",
    check: hasCode(
      "TOO_MANY_BAD_ROWS",
      /2 of 5 rows .* line 5: number of cells: 1 instead of 2; line 6: number of cells: 3 instead of 2/,
    ),
  },
  {
    name: "rows that are all bad",
    content: "a,b\n1\n2\n",
    options: { delimiter: "," },
    check: hasCode("TOO_MANY_BAD_ROWS", /2 of 2/),
  },
  {
    name: "a chosen type that most cells are not of",
    content: "a,b\nx,1\ny,2\n",
    options: { columnTypes: { a: "number" } },
    check: hasCode("TOO_MANY_BAD_ROWS", /column "a": not of type number/),
  },
  {
    name: "a type for a column that is not there",
    content: "a,b\nx,1\n",
    options: { columnTypes: { c: "number" } },
    check: hasCode("TABLE_COLUMN_UNKNOWN", /no column c\. The columns are a, b/),
  },
  {
    name: "a delimiter of two characters",
    content: "a,b\n1,2\n",
    options: { delimiter: "||" },
    check: hasCode("CSV_OPTION_INVALID", /delimiter/),
  },
  {
    name: "an encoding that nobody knows",
    content: "a,b\n1,2\n",
    options: { encoding: "klingon" },
    check: hasCode("CSV_OPTION_INVALID", /encoding/),
  },
  {
    name: "bytes that are not the encoding that was named",
    content: Buffer.from("a,b\n1,2\n\xff\xfe,3\n", "latin1"),
    options: { encoding: "utf-8" },
    check: hasCode("ENCODING_WRONG", /^Line 3 is not valid utf-8/),
  },
  {
    name: "bytes that are not the GB18030 that was named",
    content: Buffer.from("a,b\n1,\xff\n", "latin1"),
    options: { encoding: "gb18030" },
    check: hasCode("ENCODING_WRONG", /gb18030/),
  },
]

for (const { name, content, options, check } of refusals) {
  test(`a CSV is refused: ${name}`, async (t) => {
    await assert.rejects(importText(t, content, options), check)
  })
}

test("more columns than the limit are refused", async (t) => {
  await assert.rejects(
    importText(t, "a,b,c\n1,2,3\n", {}, { columnsMax: 2 }),
    hasCode("TOO_MANY_COLUMNS", /3 columns, .* at most 2/),
  )
})

test("UTF-16 with its mark and without is decoded", async (t) => {
  const text = "name,n\nGrüße,1\n北京,2\n"
  const little = Buffer.from(`\uFEFF${text}`, "utf16le")
  const expected = [
    ["Grüße", 1],
    ["北京", 2],
  ]
  for (const content of [little, Buffer.from(little).swap16()]) {
    const imported = await importText(t, content)
    assert.deepEqual(rowsOf(imported.table), expected)
    assert.deepEqual(imported.warnings, [])
  }
  const unmarked = await importText(t, little.subarray(2))
  assert.deepEqual(rowsOf(unmarked.table), expected)
  assert.match(unmarked.warnings.map(({ en }) => en).join(), /utf-16le/)
})

test("GB18030 with Chinese names is guessed and told", async (t) => {
  // "年龄,城市\n31,北京\n40,上海\n" in GB18030.
  const content = Buffer.from("c4eac1e42cb3c7cad00a33312cb1b1bea90a34302cc9cfbaa30a", "hex")
  const imported = await importText(t, content)
  assert.equal(typesOf(imported), "年龄:integer 城市:text")
  assert.deepEqual(rowsOf(imported.table), [
    [31, "北京"],
    [40, "上海"],
  ])
  assert.match(imported.warnings.map(({ en }) => en).join(), /gb18030/)
  assert.equal(imported.dialect.encoding, "gb18030")
})

test("Windows-1252 is guessed and told, and the option encoding overrides the guess", async (t) => {
  const content = Buffer.from("name,n\nM\xfcller,1\nCaf\xe9 \x80,2\n", "latin1")
  const imported = await importText(t, content)
  assert.deepEqual(rowsOf(imported.table), [
    ["Müller", 1],
    ["Café €", 2],
  ])
  assert.match(imported.warnings.map(({ en }) => en).join(), /windows-1252/)
  const cyrillic = await importText(t, content, { encoding: "windows-1251" })
  assert.deepEqual(rowsOf(cyrillic.table)[0], ["Mьller", 1])
})

test("Shift_JIS is guessed by its kana", async (t) => {
  // "名前,n\nさくら,1\nカタカナ,2\n" in Shift_JIS.
  const content = Buffer.from("96bc914f2c6e0a82b382ad82e72c310a834a835e834a83692c320a", "hex")
  const imported = await importText(t, content)
  assert.equal(imported.dialect.encoding, "shift_jis")
  assert.deepEqual(rowsOf(imported.table), [
    ["さくら", 1],
    ["カタカナ", 2],
  ])
})

/** @file Messy CSVs: each gives the right table or the named error. */
import assert from "node:assert/strict"
import { test } from "node:test"

import type { CsvOptions } from "../../src/table/import-csv.ts"
import { type Cell, importText, rowsOf, typesOf } from "./job-folder.ts"

type Case = {
  readonly name: string
  readonly text: string
  readonly options?: CsvOptions
  readonly types: string
  readonly rows: readonly (readonly Cell[])[]
  readonly warning?: RegExp
}

const cases: readonly Case[] = [
  {
    name: "comma, plain numbers and text",
    text: "a,b,c\n1,1.5,x\n2,2.5,y\n",
    types: "a:integer b:number c:text",
    rows: [
      [1, 1.5, "x"],
      [2, 2.5, "y"],
    ],
  },
  {
    name: "semicolon with decimal commas",
    text: "a;b\n1,5;2,25\n3,5;4,75\n",
    types: "a:number b:number",
    rows: [
      [1.5, 2.25],
      [3.5, 4.75],
    ],
  },
  {
    name: "decimal commas without a header are not cut at the comma",
    text: "1,5;2,25\n3,5;4,75\n",
    types: "column1:number column2:number",
    rows: [
      [1.5, 2.25],
      [3.5, 4.75],
    ],
    warning: /first line looks like data/,
  },
  {
    name: "tabs",
    text: "a\tb c\n1\tx, y\n2\tz\n",
    types: "a:integer b c:text",
    rows: [
      [1, "x, y"],
      [2, "z"],
    ],
  },
  {
    name: "pipes",
    text: "a|b\n1|x\n2|y\n",
    types: "a:integer b:text",
    rows: [
      [1, "x"],
      [2, "y"],
    ],
  },
  {
    name: "Excel's sep line names the delimiter",
    text: "sep=;\r\na;b\r\n1;x\r\n",
    types: "a:integer b:text",
    rows: [[1, "x"]],
  },
  {
    name: "the delimiter option wins",
    text: "a:b\n1:x\n",
    options: { delimiter: ":" },
    types: "a:integer b:text",
    rows: [[1, "x"]],
  },
  {
    name: "tab may be spelled",
    text: "a\tb\n1\tx\n",
    options: { delimiter: "\\t" },
    types: "a:integer b:text",
    rows: [[1, "x"]],
  },
  {
    name: "CRLF",
    text: "a,b\r\n1,x\r\n2,y\r\n",
    types: "a:integer b:text",
    rows: [
      [1, "x"],
      [2, "y"],
    ],
  },
  {
    name: "line ends of old Macs",
    text: 'a,b\r1,x\r2,"y\nz"\r',
    types: "a:integer b:text",
    rows: [
      [1, "x"],
      [2, "y\nz"],
    ],
  },
  {
    name: "no line end at the end",
    text: "a,b\n1,x",
    types: "a:integer b:text",
    rows: [[1, "x"]],
  },
  {
    name: "quotes, doubled quotes, delimiters and line ends inside cells",
    text: 'a,b\n1,"x, ""y"""\n2,"two\nlines"\n3,"crlf\r\ninside"\n',
    types: "a:integer b:text",
    rows: [
      [1, 'x, "y"'],
      [2, "two\nlines"],
      [3, "crlf\r\ninside"],
    ],
  },
  {
    name: "a quote within an unquoted cell is a letter",
    text: 'a,b\n1,5" pipe\n2,plain\n',
    types: "a:integer b:text",
    rows: [
      [1, '5" pipe'],
      [2, "plain"],
    ],
  },
  {
    name: "a carriage return within a cell does not end the row",
    text: "a,b\n1,x\ry\n2,z\n",
    types: "a:integer b:text",
    rows: [
      [1, "x\ry"],
      [2, "z"],
    ],
  },
  {
    name: "blanks before a quote",
    text: 'a, b\n1, "x, y"\n',
    types: "a:integer b:text",
    rows: [[1, "x, y"]],
  },
  {
    name: "empty lines are passed over",
    text: "\n\na,b\n1,x\n\n2,y\n\n\n",
    types: "a:integer b:text",
    rows: [
      [1, "x"],
      [2, "y"],
    ],
  },
  {
    name: "a byte order mark",
    text: "\uFEFFa,b\n1,x\n",
    types: "a:integer b:text",
    rows: [[1, "x"]],
  },
  {
    name: "Chinese names and words in UTF-8",
    text: "年龄,城市\n31,北京\n40,上海\n",
    types: "年龄:integer 城市:text",
    rows: [
      [31, "北京"],
      [40, "上海"],
    ],
  },
  {
    name: "missing words count only where the column is otherwise typed",
    text: "n,d,b,t\n1,2026-01-02,yes,NA\nNA,null,N/A,none\n-,无,None,-\nNaN,,-,x\n5,2026-01-03,no,\n",
    types: "n:integer d:date b:boolean t:text",
    rows: [
      [1, "2026-01-02", true, "NA"],
      [null, null, null, "none"],
      [null, null, null, "-"],
      [null, null, null, "x"],
      [5, "2026-01-03", false, null],
    ],
  },
  {
    name: "booleans in three spellings; 0 and 1 stay integers",
    text: "a,b,c,d\ntrue,yes,t,1\nFALSE,No,F,0\n",
    options: { header: true },
    types: "a:boolean b:boolean c:boolean d:integer",
    rows: [
      [true, true, true, 1],
      [false, false, false, 0],
    ],
  },
  {
    name: "dates in three forms",
    text: "a,b,c\n2026-01-05,2026/1/5,2026年1月5日\n2026-12-31,2026/12/31,2026年12月31日\n",
    types: "a:date b:date c:date",
    rows: [
      ["2026-01-05", "2026-01-05", "2026-01-05"],
      ["2026-12-31", "2026-12-31", "2026-12-31"],
    ],
  },
  {
    name: "timestamps with and without zone, seconds and fractions",
    text: "t\n2026-01-05T10:00:00Z\n2026-01-05 10:00\n2026-01-05 10:00:00+08:00\n2026/1/5 9:05:30.5\n2026-01-05\n2026年1月5日 08:30\n",
    types: "t:timestamp",
    rows: [
      ["2026-01-05T10:00:00.000Z"],
      ["2026-01-05T10:00:00.000Z"],
      ["2026-01-05T02:00:00.000Z"],
      ["2026-01-05T09:05:30.500Z"],
      ["2026-01-05T00:00:00.000Z"],
      ["2026-01-05T08:30:00.000Z"],
    ],
  },
  {
    name: "a day that no month has leaves the column text",
    text: "d\n2026-02-30\n2026-02-28\n",
    types: "d:text",
    rows: [["2026-02-30"], ["2026-02-28"]],
    warning: /Column "d" is read as text|^$/,
  },
  {
    name: "whole numbers and decimals make numbers",
    text: "a\n1\n2.5\n.5\n3.\n-1e3\n+4\n",
    types: "a:number",
    rows: [[1], [2.5], [0.5], [3], [-1000], [4]],
  },
  {
    name: "leading zeros are codes",
    text: "zip,n\n01234,1\n90210,2\n",
    types: "zip:text n:integer",
    rows: [
      ["01234", 1],
      ["90210", 2],
    ],
    warning: /"zip" has codes with leading zeros/,
  },
  {
    name: "integers beyond 64 bits keep their digits as text",
    text: "id\n123456789012345678901\n1\n",
    types: "id:text",
    rows: [["123456789012345678901"], ["1"]],
    warning: /beyond 64 bits/,
  },
  {
    name: "thousands, currency and percent",
    text: 'a,b,c\n"1,234",$5.50,12%\n"2,000,000","$1,000.25",12.5%\n',
    types: "a:integer b:number c:number",
    rows: [
      [1234, 5.5, 12],
      [2_000_000, 1000.25, 12.5],
    ],
    warning: /percent signs/,
  },
  {
    name: "thousands with points where the comma is the decimal mark",
    text: "a;b\n1.234,5;x\n12,5;y\n",
    types: "a:number b:text",
    rows: [
      [1234.5, "x"],
      [12.5, "y"],
    ],
  },
  {
    name: "a file of one column",
    text: "age\n31\n40\n",
    types: "age:integer",
    rows: [[31], [40]],
  },
  {
    name: "one column of sentences with commas under a plain name",
    text: "comment\ngood, really\nbad\nso, so, so\n",
    types: "comment:text",
    rows: [["good, really"], ["bad"], ["so, so, so"]],
    options: { delimiter: ";" },
  },
  {
    name: "no header is told, and names are made",
    text: "1,x\n2,y\n",
    types: "column1:integer column2:text",
    rows: [
      [1, "x"],
      [2, "y"],
    ],
    warning: /first line looks like data/,
  },
  {
    name: "header=false keeps a first line of words",
    text: "x,y\nz,w\n",
    options: { header: false },
    types: "column1:text column2:text",
    rows: [
      ["x", "y"],
      ["z", "w"],
    ],
  },
  {
    name: "header=true takes numbers for names",
    text: "2019,2020\n1,2\n",
    options: { header: true },
    types: "2019:integer 2020:integer",
    rows: [[1, 2]],
  },
  {
    name: "an empty name is made and told",
    text: ",b\n1,x\n",
    types: "column1:integer b:text",
    rows: [[1, "x"]],
    warning: /Column 1 has no name/,
  },
  {
    name: "a made name avoids those that are there",
    text: ",column1\n1,x\n",
    types: "column1_2:integer column1:text",
    rows: [[1, "x"]],
  },
  {
    name: "columnTypes overrides what is found",
    text: "zip,day\n01234,20260105\n90210,20260106\n",
    options: { columnTypes: { zip: "integer", day: "date" } },
    types: "zip:integer day:date",
    rows: [
      [1234, "2026-01-05"],
      [90_210, "2026-01-06"],
    ],
  },
  {
    name: "a column without any cell is text",
    text: "a,b\n1,\n2,\n",
    types: "a:integer b:text",
    rows: [
      [1, null],
      [2, null],
    ],
  },
  {
    name: "infinity and overflow are not numbers",
    text: "a\n1\ninf\n1e999\n",
    types: "a:text",
    rows: [["1"], ["inf"], ["1e999"]],
  },
  {
    name: "underscores and hexadecimal are not numbers",
    text: "a,b\n1_000,0x1F\n2_000,0x2F\n",
    types: "a:text b:text",
    rows: [
      ["1_000", "0x1F"],
      ["2_000", "0x2F"],
    ],
  },
]

for (const { name, text, options, types, rows, warning } of cases) {
  test(`a CSV: ${name}`, async (t) => {
    const imported = await importText(t, text, options)
    assert.equal(typesOf(imported), types)
    assert.deepEqual(rowsOf(imported.table), rows)
    assert.equal(imported.rowCount, rows.length)
    assert.deepEqual(imported.rejected, { count: 0, rows: [] })
    if (warning !== undefined) assert.match(imported.warnings.map(({ en }) => en).join("\n"), warning)
  })
}

test("carriage returns inside of quotes do not end lines, however many they are", async (t) => {
  const imported = await importText(t, 'a,b\n1,"x\r\r\ry"\n2,"\rz"')
  assert.deepEqual(rowsOf(imported.table), [
    [1, "x\r\r\ry"],
    [2, "\rz"],
  ])
})

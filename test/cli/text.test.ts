/** @file Width, wrapping, cutting and tables, in scripts of any width. */
import assert from "node:assert/strict"
import { test } from "node:test"

import fc from "fast-check"

import { cutText, padText, plainText, textWidth, wrapText } from "../../src/cli/text.ts"
import { tableLines } from "../../src/cli/text-table.ts"

const words = fc.string({
  unit: fc.constantFrom("a", "b", " ", "石", "磨", "é", "，", "1", "한", "e\u0301"),
  maxLength: 60,
})

test("a wide character takes two columns, a combining mark and a colour none", () => {
  assert.equal(textWidth("ab石磨"), 6)
  assert.equal(textWidth("e\u0301"), 1)
  assert.equal(textWidth("\u001b[31mred\u001b[0m"), 3)
})

test("cut text is never wider than asked and ends with an ellipsis", () => {
  fc.assert(
    fc.property(words, fc.integer({ min: 2, max: 40 }), (text, width) => {
      const cut = cutText(text, width)
      assert.ok(textWidth(cut) <= width)
      assert.ok(cut === text || cut.endsWith("…"))
    }),
  )
})

test("wrapped lines fit, and nothing but spaces is lost", () => {
  fc.assert(
    fc.property(words, fc.integer({ min: 10, max: 40 }), (text, width) => {
      const wrapped = wrapText(text, width)
      // One word of narrow letters may be longer than a line.
      for (const line of wrapped.split("\n"))
        assert.ok(textWidth(line) <= width || /^\S+$/.test(line), JSON.stringify({ line, width }))
      assert.equal(wrapped.replace(/\s/g, ""), text.replace(/\s/g, ""))
    }),
  )
})

test("a closing mark never begins a line", () => {
  assert.equal(wrapText("数据数据。", 8), "数据数\n据。")
})

test("padding counts columns, not characters", () => {
  assert.equal(padText("石", { width: 4, side: "left" }), "石  ")
  assert.equal(padText("石", { width: 4, side: "right" }), "  石")
})

test("control characters of others do not reach the terminal", () => {
  assert.equal(plainText("a\u001b[31mb\r\nc\u2028d"), "a [31mb c d")
})

test("a table fits its width, its columns line up, and a whole column is never cut", () => {
  const id = "0193a1b2-0000-7000-8000-000000000000"
  const lines = tableLines(
    [{ title: "id", whole: true }, { title: "名称" }, { title: "n", align: "right" }],
    [
      [id, "航班数据航班数据航班数据航班数据航班数据航班数据", "1"],
      [id, "short", "12345"],
    ],
    60,
  )
  assert.ok(lines.every((line) => textWidth(line) <= 60))
  assert.ok(lines.slice(1).every((line) => line.startsWith(id)))
  assert.match(lines[1] ?? "", /…\s+1$/)
  assert.equal(textWidth(lines[1] ?? ""), textWidth(lines[2] ?? ""))
  assert.deepEqual(tableLines([{ title: "id" }], [], 60), [])
})

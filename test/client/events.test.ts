/** @file The wire format of server-sent events, cut at any byte. */
import assert from "node:assert/strict"
import { test } from "node:test"

import fc from "fast-check"

import { readEvents } from "../../client/src/events.ts"

const text = fc.string({ unit: "grapheme", maxLength: 20 }).map((part) => part.replace(/[\r\n]/g, ""))
const event = fc.record({
  id: text.filter((id) => id !== ""),
  data: fc.array(text, { minLength: 1, maxLength: 3 }),
})

test("events are the same however the bytes are cut, with any line end", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 5 }),
      fc.constantFrom("\n", "\r\n"),
      fc.integer({ min: 1, max: 7 }),
      async (events, end, pieceBytes) => {
        const wire = events
          .map(({ id, data }) =>
            [`: comment${end}${end}id: ${id}`, ...data.map((line) => `data: ${line}`), "", ""].join(end),
          )
          .join("")
        const bytes = new TextEncoder().encode(wire)
        const read = await collect(readEvents(inPieces(bytes, pieceBytes)))
        assert.deepEqual(
          read.map(({ id, data }) => ({ id, data })),
          events.map(({ id, data }) => ({ id, data: data.join("\n") })),
        )
      },
    ),
  )
})

test("an event that the stream does not finish is not given", async () => {
  const bytes = new TextEncoder().encode("data: whole\n\ndata: half\n")
  const read = await collect(readEvents(inPieces(bytes, 3)))
  assert.deepEqual(read, [{ id: null, event: "message", data: "whole" }])
})

function inPieces(
  bytes: Uint8Array<ArrayBuffer>,
  pieceBytes: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = 0
  return new ReadableStream({
    pull(controller) {
      if (offset >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(offset, offset + pieceBytes))
      offset += pieceBytes
    },
  })
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = []
  for await (const item of items) collected.push(item)
  return collected
}

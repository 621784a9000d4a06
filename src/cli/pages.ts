/** @file Lists of the server, read page by page. */

type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor: string | null }

const pageSize = 200

/** Items of a list in the server's order, at most `most`. */
export async function readPages<Item>(
  read: (query: { limit: number; cursor?: string }) => Promise<Page<Item>>,
  most = Number.POSITIVE_INFINITY,
): Promise<Item[]> {
  const items: Item[] = []
  let cursor: string | null = null
  do {
    const page: Page<Item> = await read({
      limit: Math.min(pageSize, most - items.length),
      ...(cursor === null ? {} : { cursor }),
    })
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null && items.length < most)
  return items
}

/** @file Lineage: which thing was made from which, as edges that whoever makes a thing writes. */
import type { Transaction } from "../store/index.ts"
import * as sql from "./sql.ts"

export const lineageKinds = ["dataset_version", "model_version", "endpoint"] as const
export type LineageKind = (typeof lineageKinds)[number]
export type LineageNode = { readonly kind: LineageKind; readonly id: string }

export type LineageEdge = {
  readonly product: LineageNode & { readonly label: string }
  readonly source: LineageNode & { readonly label: string }
  readonly relation: string
}

/** Linking the same twice is one edge. */
export async function link(
  transaction: Transaction,
  edge: {
    readonly workspaceId: string
    readonly product: LineageNode
    readonly source: LineageNode
    readonly relation: string
  },
): Promise<void> {
  await sql.insertLineageEdge(transaction, edge)
}

/** All edges that reach the thing: from the farthest source down to the farthest product. */
export async function lineageOf(
  transaction: Transaction,
  node: LineageNode,
): Promise<readonly LineageEdge[]> {
  const rows = await sql.selectLineage(transaction, node.id)
  return rows.flatMap((row) => {
    const product = nodeOf(row.product_kind, row.product_id, row.product_label)
    const source = nodeOf(row.source_kind, row.source_id, row.source_label)
    return product === null || source === null ? [] : [{ product, source, relation: row.relation }]
  })
}

function nodeOf(kind: string, id: string, label: string | null): LineageEdge["product"] | null {
  const known = lineageKinds.find((candidate) => candidate === kind)
  return known === undefined ? null : { kind: known, id, label: label ?? id }
}

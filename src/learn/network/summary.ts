/** @file A network as a table for people. */
import type { NetworkPlan } from "./trace.ts"

/** Layers with the shape of a row of their output and how many parameters they have. */
export function summaryOf(name: string, plan: NetworkPlan): string {
  const rows = [
    ["layer", "kind", "output", "parameters"],
    ...plan.layers.map((layer) => [
      layer.name,
      layer.kind,
      `[batch, ${layer.outputShape.join(", ")}]`.replace(", ]", "]"),
      String(layer.parameterCount),
    ]),
  ]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 3 ? cell.padStart(widths[3] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join("  "),
  )
  const total = plan.layers.reduce((sum, { parameterCount }) => sum + parameterCount, 0)
  return [name, ...lines, `${total} parameters`].join("\n")
}

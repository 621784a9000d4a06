/** @file A table that no linear model can learn, and room for the search of a network that can. */

/** Room for two or so of the search's networks on tables of this size. */
export const roomForTwo = { QUERNSTONE_LIMIT_NETWORK_SEARCH_OPERATIONS_MAX: "15000000000" }

/** Two numbers whose signs tell together, and a category that turns the answer round: nothing that a line could follow. */
export function crossed(rowCount: number): string {
  const lines = ["x,y,side,kind"]
  for (let row = 0; row < rowCount; row++) {
    const x = ((row * 7_919) % 2_003) / 1_001 - 1
    const y = ((row * 104_729) % 1_999) / 999 - 1
    const isRight = row % 3 === 0
    const isSame = x * y > 0 !== isRight
    lines.push([x.toFixed(3), y.toFixed(3), isRight ? "right" : "left", isSame ? "same" : "other"].join(","))
  }
  return lines.join("\n")
}

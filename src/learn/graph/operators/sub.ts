/** @file x - y. */
import { binary } from "../elementwise.ts"

export const sub = binary("Sub", [(_, gradient) => gradient, ({ op }, gradient) => op("Neg", [gradient])])

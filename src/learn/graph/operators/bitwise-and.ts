/** @file Bits that both integers have. */
import { onIntegers } from "../elementwise.ts"

export const bitwiseAnd = onIntegers("BitwiseAnd")

/** @file Bits that both integers have. */
import { bitwise } from "../elementwise.ts"

export const bitwiseAnd = bitwise("BitwiseAnd")

/** @file Bits in which two integers differ. */
import { bitwise } from "../elementwise.ts"

export const bitwiseXor = bitwise("BitwiseXor")

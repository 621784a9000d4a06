/** @file Bits in which two integers differ. */
import { onIntegers } from "../elementwise.ts"

export const bitwiseXor = onIntegers("BitwiseXor")

/** @file Bits of unsigned integers moved left or right. */
import { onIntegers } from "../elementwise.ts"

export const bitShift = onIntegers("BitShift")

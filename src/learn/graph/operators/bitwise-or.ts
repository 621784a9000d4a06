/** @file Bits that one integer or the other has. */
import { onIntegers } from "../elementwise.ts"

export const bitwiseOr = onIntegers("BitwiseOr")

/** @file Bits that one integer or the other has. */
import { bitwise } from "../elementwise.ts"

export const bitwiseOr = bitwise("BitwiseOr")

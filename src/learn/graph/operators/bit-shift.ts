/** @file Bits of unsigned integers moved left or right. */
import { bitwise } from "../elementwise.ts"

export const bitShift = bitwise("BitShift")

/** @file What is left of one integer after division by another, with the sign of the second. */
import { onIntegers } from "../elementwise.ts"

export const mod = onIntegers("Mod")

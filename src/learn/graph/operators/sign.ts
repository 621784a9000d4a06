/** @file -1, 0 or 1. */
import { withoutGradient } from "../elementwise.ts"

export const sign = withoutGradient("Sign")

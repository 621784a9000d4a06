/** @file The least whole number that is not below x. */
import { withoutGradient } from "../elementwise.ts"

export const ceil = withoutGradient("Ceil")

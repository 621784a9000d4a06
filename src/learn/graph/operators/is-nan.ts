/** @file Is x no number? */
import { withoutGradient } from "../elementwise.ts"

export const isNan = withoutGradient("IsNaN", "bool")

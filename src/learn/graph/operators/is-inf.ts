/** @file Is x infinite, on either side unless an attribute leaves one out? */
import { withoutGradient } from "../elementwise.ts"

export const isInf = withoutGradient("IsInf", "bool")

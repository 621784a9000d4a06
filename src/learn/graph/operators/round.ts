/** @file The nearest whole number, the even one of two. */
import { withoutGradient } from "../elementwise.ts"

export const round = withoutGradient("Round")

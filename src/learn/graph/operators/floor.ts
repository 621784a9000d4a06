/** @file The greatest whole number that is not above x. */
import { withoutGradient } from "../elementwise.ts"

export const floor = withoutGradient("Floor")

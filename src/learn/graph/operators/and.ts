/** @file True where both are. */
import { logical } from "../elementwise.ts"

export const and = logical("And")

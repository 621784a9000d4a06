/** @file True where x is false. */
import { logical } from "../elementwise.ts"

export const not = logical("Not")

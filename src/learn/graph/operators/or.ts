/** @file True where one or the other is. */
import { logical } from "../elementwise.ts"

export const or = logical("Or")

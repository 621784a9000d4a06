/** @file Is x equal to y? */
import { comparison } from "../elementwise.ts"

export const equal = comparison("Equal")

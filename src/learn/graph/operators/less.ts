/** @file Is x less than y? */
import { comparison } from "../elementwise.ts"

export const less = comparison("Less")

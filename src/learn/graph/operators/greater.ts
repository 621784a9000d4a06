/** @file Is x greater than y? */
import { comparison } from "../elementwise.ts"

export const greater = comparison("Greater")

/** @file Is x less than y, or equal? */
import { comparison } from "../elementwise.ts"

export const lessOrEqual = comparison("LessOrEqual")

/** @file Is x greater than y, or equal? */
import { comparison } from "../elementwise.ts"

export const greaterOrEqual = comparison("GreaterOrEqual")

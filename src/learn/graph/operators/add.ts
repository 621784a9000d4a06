/** @file x + y. */
import { binary } from "../elementwise.ts"

export const add = binary("Add", [(_, gradient) => gradient, (_, gradient) => gradient])

/** @file The greatest of one or more, which broadcast; of equal ones the first has the gradient. */
import { extreme } from "../elementwise.ts"

export const max = extreme("Max", "Less")

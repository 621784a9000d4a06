import { describeBitwise } from "./families.ts"

describeBitwise("BitwiseOr", (x, y) => x | y)

import { describeBitwise } from "./families.ts"

describeBitwise("BitwiseAnd", (x, y) => x & y)

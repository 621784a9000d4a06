import { describeBitwise } from "./families.ts"

describeBitwise("BitwiseXor", (x, y) => x ^ y)

import { describeBinary } from "./families.ts"

describeBinary("Mul", { formula: (x, y) => x * y })

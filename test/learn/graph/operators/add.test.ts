import { describeBinary } from "./families.ts"

describeBinary("Add", { formula: (x, y) => x + y })

import { describeBinary } from "./families.ts"

describeBinary("Sub", { formula: (x, y) => x - y })

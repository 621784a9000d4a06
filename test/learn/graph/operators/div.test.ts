import { between } from "../check-gradient.ts"
import { describeBinary } from "./families.ts"

describeBinary("Div", { formula: (x, y) => x / y, element: between(0.2, 2) })

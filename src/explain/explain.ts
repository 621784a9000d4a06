/** @file What each raw column added to the score of a served file: exact of linear models, along a path of networks. */
import assert from "node:assert"

import type { Model } from "../onnx/model.ts"
import { canExplainLinear, explainLinear } from "./linear.ts"
import { canExplainNetwork, explainNetwork } from "./network.ts"

/** Does the file hold one model of a kind that can be explained, with all that an explanation needs? */
export function canExplain(model: Model): boolean {
  return canExplainLinear(model) || canExplainNetwork(model)
}

/** The served model with the outputs `contributions`, `baseline` and `score`; see `explainLinear`. */
export function explain(model: Model): Model {
  if (canExplainLinear(model)) return explainLinear(model)
  assert(canExplainNetwork(model), "ask canExplain first")
  return explainNetwork(model)
}

/** @file Why a recipe uses a column as it does, in sentences. */
import type { Sentence } from "../base/sentences/say.ts"

export const recipeReasons = {
  numbers: { en: "it holds numbers", zh: "该列为数值" },
  booleans: { en: "it holds true and false", zh: "该列为布尔值" },
  times: { en: "it holds dates or times", zh: "该列为日期或时间" },
  levels: { en: "it holds texts with {levels} different values", zh: "该列为文本，共有 {levels} 种取值" },
  empty: { en: "it is empty in every training row", zh: "该列在所有训练行中均为空" },
  constant: { en: "it is the same in every training row", zh: "该列在所有训练行中取值相同" },
  uniqueTexts: {
    en: "its texts are different in every training row: an identifier",
    zh: "该列文本在每个训练行中都不同：视为标识符",
  },
  rowNumbers: {
    en: "its whole numbers count or name the rows: an identifier",
    zh: "该列整数用于给行编号或命名：视为标识符",
  },
  freeText: {
    en: "it holds free text ({levels} different values), which this kind of model cannot read yet",
    zh: "该列为自由文本（{levels} 种取值），这类模型暂时无法读取",
  },
} as const satisfies Readonly<Record<string, Sentence>>

export type RecipeReasonKey = keyof typeof recipeReasons

export type RecipeReason = {
  readonly key: RecipeReasonKey
  readonly parameters: Readonly<Record<string, number>>
}

/** @file The names of scores, as the field writes them. */

const names: ReadonlyMap<string, string> = new Map([
  ["log_loss", "log loss"],
  ["roc_auc", "ROC AUC"],
  ["rmse", "RMSE"],
  ["mae", "MAE"],
  ["r2", "R²"],
  ["f1", "F1"],
  ["brier_score", "Brier score"],
  ["matthews_corrcoef", "Matthews correlation"],
  ["mean_absolute_percentage_error", "MAPE"],
])

/** A name that is not in the list is shown with spaces for its underscores. */
export function metricText(name: string): string {
  return names.get(name) ?? name.replaceAll("_", " ")
}

"""Scores scikit-learn's linear models or networks over given folds: a request as JSON on stdin, an answer as JSON on stdout.

Request {csv, target, task, learner, penalty, folds}: learner is linear or network; folds[repeat][row] is the fold that the row is tested in.
Answer {version, losses, fitMs}: one log loss or RMSE per repeat and fold, in order, and the time of each pipeline's fit.
"""
import json
import sys
import time
import warnings

import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, root_mean_squared_error
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def learner_of(request, is_regression, seed):
    """With the package's defaults; networks start differently in every fold."""
    if request["learner"] == "network":
        return MLPRegressor(random_state=seed) if is_regression else MLPClassifier(random_state=seed)
    penalty = request["penalty"]
    return Ridge(alpha=penalty) if is_regression else LogisticRegression(C=1 / penalty, max_iter=10_000)


def pipeline(model):
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    prepare = make_column_transformer(
        (numbers, make_column_selector(dtype_include=np.number)),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude=np.number)),
    )
    return make_pipeline(prepare, model)


def main():
    # Networks that stop before they converge say so every time.
    warnings.filterwarnings("ignore", module="sklearn")
    request = json.load(sys.stdin)
    table = pd.read_csv(request["csv"])
    x, y = table.drop(columns=request["target"]), table[request["target"]]
    is_regression = request["task"] == "regression"
    losses, fit_ms = [], []
    for repeat in request["folds"]:
        of_row = np.array(repeat)
        for fold in range(of_row.max() + 1):
            fit, test = of_row != fold, of_row == fold
            started = time.perf_counter()
            model = pipeline(learner_of(request, is_regression, len(losses))).fit(x[fit], y[fit])
            fit_ms.append(1000 * (time.perf_counter() - started))
            if is_regression:
                losses.append(root_mean_squared_error(y[test], model.predict(x[test])))
            else:
                losses.append(log_loss(y[test], model.predict_proba(x[test]), labels=model.classes_))
    json.dump({"version": sklearn.__version__, "losses": losses, "fitMs": fit_ms}, sys.stdout)


main()

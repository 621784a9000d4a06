"""Records scikit-learn's linear models: python bench/reference/linear.py > test/fixtures/linear.json (in the repository's root)

Features are (x - mean) / deviation rounded to float32; the recorded means and deviations let the test make the very same ones.
`penalty` is ours: C = 1 / penalty, Ridge's alpha = penalty, ElasticNet's alpha = penalty / rows.
"""
import json

import numpy as np
import pandas as pd
import sklearn
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge

TOLERANCE = 1e-13


def dense(name, target, columns=None):
    table = pd.read_csv(f"examples/data/{name}.csv")
    columns = [column for column in table.columns if column != target] if columns is None else columns
    raw = table[columns].to_numpy(dtype=float)
    mean, deviation = raw.mean(axis=0), raw.std(axis=0)
    x = ((raw - mean) / deviation).astype(np.float32).astype(float)
    scaling = {"columns": columns, "means": mean.tolist(), "deviations": deviation.tolist()}
    return x, table[target], scaling


def mixed():
    """3,000 flights: three scaled numbers and the one-hot codes of two columns."""
    table = pd.read_csv("examples/data/flights_late_25k.csv").iloc[::8][:3000]
    columns = ["distance", "sched_dep_time", "dow"]
    raw = table[columns].to_numpy(dtype=float)
    mean, deviation = raw.mean(axis=0), raw.std(axis=0)
    x = [((raw - mean) / deviation).astype(np.float32).astype(float)]
    levels = {}
    for column in ["carrier", "origin"]:
        levels[column] = sorted(table[column].unique())
        x.append((table[column].to_numpy()[:, None] == np.array(levels[column])[None, :]).astype(float))
    scaling = {"columns": columns, "means": mean.tolist(), "deviations": deviation.tolist(), "levels": levels}
    return np.hstack(x), table["late"], scaling


def weights_of(rows, weighted):
    return 1.0 + np.arange(rows) % 3 if weighted else None


def result(model, x, penalty, l1_ratio, weighted):
    predicted = model.predict_proba(x) if hasattr(model, "predict_proba") else model.predict(x)
    return {
        "penalty": penalty,
        "l1Ratio": l1_ratio,
        "weighted": weighted,
        "coefficients": np.atleast_2d(model.coef_).tolist(),
        "intercept": np.atleast_1d(model.intercept_).tolist(),
        "firstPredictions": predicted[:3].ravel().tolist(),
    }


def logistic(x, y, penalty, l1_ratio=0.0, weighted=False):
    smooth = l1_ratio == 0
    model = LogisticRegression(
        C=1 / penalty,
        l1_ratio=l1_ratio,
        solver=("newton-cholesky" if smooth else "saga"),
        tol=TOLERANCE,
        max_iter=100_000,
    )
    model.fit(x, y, sample_weight=weights_of(len(y), weighted))
    return result(model, x, penalty, l1_ratio, weighted)


def regression(x, y, penalty, l1_ratio=0.0, weighted=False):
    w = weights_of(len(y), weighted)
    if l1_ratio == 0:
        model = Ridge(alpha=penalty, solver="cholesky")
    else:
        total = len(y) if w is None else w.sum()
        model = ElasticNet(alpha=penalty / total, l1_ratio=l1_ratio, tol=1e-15, max_iter=1_000_000)
    model.fit(x, y, sample_weight=w)
    return result(model, x, penalty, l1_ratio, weighted)


def case(name, target, data, fit, settings):
    x, y, scaling = data
    labels = None if fit is regression else [str(label) for label in sorted(y.unique())]
    fits = [fit(x, y, **setting) for setting in settings]
    return {"data": name, "target": target, "scaling": scaling, "classes": labels, "fits": fits}


def main():
    smooth = [{"penalty": p} for p in (0.01, 1.0, 100.0)] + [{"penalty": 0.5, "weighted": True}]
    sparse = [{"penalty": 10.0, "l1_ratio": 1.0}, {"penalty": 3.0, "l1_ratio": 0.5, "weighted": True}]
    cases = [
        case("breast_cancer", "diagnosis", dense("breast_cancer", "diagnosis"), logistic, smooth + sparse),
        case("iris", "species", dense("iris", "species"), logistic, smooth + sparse),
        case("wine", "cultivar", dense("wine", "cultivar"), logistic, smooth + sparse),
        case("flights_late_25k", "late", mixed(), logistic, smooth[1:] + sparse[:1]),
        case(
            "diabetes_progression",
            "progression",
            dense("diabetes_progression", "progression"),
            regression,
            smooth + [{"penalty": 442.0, "l1_ratio": 1.0}, {"penalty": 100.0, "l1_ratio": 0.5, "weighted": True}],
        ),
    ]
    source = f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, bench/reference/linear.py"
    print(json.dumps({"source": source, "cases": cases}, separators=(",", ":")))


main()

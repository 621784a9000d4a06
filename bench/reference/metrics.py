"""Records scikit-learn's metrics on small random predictions: python bench/reference/metrics.py > test/fixtures/metrics.json"""
import json

import numpy as np
import sklearn
from sklearn import metrics as m

random = np.random.default_rng(20260727)


def rounded(array, digits):
    return np.round(array, digits)


def probabilities(rows, classes, digits):
    raw = random.dirichlet(np.ones(classes), rows)
    first = rounded(raw[:, :-1], digits)
    return np.column_stack([first, 1 - first.sum(axis=1)]).clip(0, 1)


def binary_case(rows, digits, positive_share, weighted):
    """Few digits make many ties; 0 and 1 occur, so that clipping shows."""
    y = (random.random(rows) < positive_share).astype(int)
    p = rounded(np.clip(random.beta(1.2, 1.2, rows) * 0.8 + 0.2 * y, 0, 1), digits)
    w = rounded(random.gamma(2.0, 1.0, rows), 3) if weighted else None
    predicted = (p >= 0.5).astype(int)
    both = np.column_stack([1 - p, p])
    return {
        "targets": y.tolist(),
        "classCount": 2,
        "probabilities": both.ravel().tolist(),
        "weights": None if w is None else w.tolist(),
        "metrics": {
            "log_loss": m.log_loss(y, both, sample_weight=w, labels=[0, 1]),
            "brier_score": m.brier_score_loss(y, p, sample_weight=w),
            "roc_auc": m.roc_auc_score(y, p, sample_weight=w),
            "average_precision": m.average_precision_score(y, p, sample_weight=w),
            **label_metrics(y, predicted, w, "binary"),
        },
        "confusion": m.confusion_matrix(y, predicted, labels=[0, 1], sample_weight=w).tolist(),
    }


def multiclass_case(rows, classes, digits, weighted):
    p = probabilities(rows, classes, digits)
    y = np.array([random.choice(classes, p=row / row.sum()) for row in 0.5 * p + 0.5 / classes])
    w = rounded(random.gamma(2.0, 1.0, rows), 3) if weighted else None
    predicted = p.argmax(axis=1)
    labels = list(range(classes))
    one_hot = np.eye(classes)[y]
    return {
        "targets": y.tolist(),
        "classCount": classes,
        "probabilities": p.ravel().tolist(),
        "weights": None if w is None else w.tolist(),
        "metrics": {
            "log_loss": m.log_loss(y, p, sample_weight=w, labels=labels),
            "brier_score": m.brier_score_loss(y, p, sample_weight=w, labels=labels),
            "roc_auc": m.roc_auc_score(y, p, sample_weight=w, multi_class="ovr", average="macro", labels=labels),
            "average_precision": m.average_precision_score(one_hot, p, sample_weight=w, average="macro"),
            **label_metrics(y, predicted, w, "macro"),
        },
        "confusion": m.confusion_matrix(y, predicted, labels=labels, sample_weight=w).tolist(),
    }


def label_metrics(y, predicted, w, average):
    options = {"average": average, "zero_division": 0, "sample_weight": w}
    return {
        "accuracy": m.accuracy_score(y, predicted, sample_weight=w),
        "balanced_accuracy": m.balanced_accuracy_score(y, predicted, sample_weight=w),
        "precision": m.precision_score(y, predicted, **options),
        "recall": m.recall_score(y, predicted, **options),
        "f1": m.f1_score(y, predicted, **options),
        "matthews_corrcoef": m.matthews_corrcoef(y, predicted, sample_weight=w),
    }


def regression_case(rows, scale, weighted):
    y = rounded(random.normal(0, scale, rows), 3)
    y[0] = 0.0
    f = rounded(y + random.normal(0, scale / 3, rows), 2)
    w = rounded(random.gamma(2.0, 1.0, rows), 3) if weighted else None
    return {
        "targets": y.tolist(),
        "predictions": f.tolist(),
        "weights": None if w is None else w.tolist(),
        "metrics": {
            "rmse": m.root_mean_squared_error(y, f, sample_weight=w),
            "mae": m.mean_absolute_error(y, f, sample_weight=w),
            "r2": m.r2_score(y, f, sample_weight=w),
            "median_absolute_error": m.median_absolute_error(y, f, sample_weight=w),
            "mean_absolute_percentage_error": m.mean_absolute_percentage_error(y, f, sample_weight=w),
        },
    }


print(
    json.dumps(
        {
            "source": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, bench/reference/metrics.py",
            "classification": [
                binary_case(120, 1, 0.4, False),
                binary_case(120, 1, 0.4, True),
                binary_case(151, 6, 0.08, False),
                multiclass_case(90, 3, 1, False),
                multiclass_case(120, 4, 3, True),
                # Class 4 is hardly ever predicted.
                multiclass_case(60, 5, 2, False),
            ],
            "regression": [
                regression_case(60, 10.0, False),
                regression_case(61, 1000.0, False),
                regression_case(60, 10.0, True),
            ],
        },
        separators=(",", ":"),
    )
)

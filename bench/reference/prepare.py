"""Records test/fixtures/prepare-sklearn.json: features by scikit-learn 1.9.1 of a table with gaps and categories.

SimpleImputer(strategy="median"), StandardScaler, OneHotEncoder(handle_unknown="ignore"); run it from the root of the repository.
"""

import json

import numpy
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

random = numpy.random.default_rng(20261124)
rows = 120
number = {
    "height": random.normal(170, 10, rows),
    "income": random.lognormal(10, 1, rows),
    "share": random.random(rows),
    "count": random.integers(0, 9, rows).astype(float),
}
for values in number.values():
    values[random.random(rows) < 0.1] = numpy.nan
category = {
    "colour": random.choice(["red", "green", "blue"], rows),
    "city": random.choice(["Köln", "北京", "Lagos", "Lima", "Oslo"], rows),
}
# Inside the trained range, since ours draws in what lies beyond and scikit-learn does not.
unseen = {"height": 165.25, "income": None, "share": 0.5, "count": 3.0, "colour": "mauve", "city": "Lima"}

matrix = numpy.column_stack(list(number.values()))
texts = numpy.column_stack(list(category.values()))
scaler = make_pipeline(SimpleImputer(strategy="median"), StandardScaler()).fit(matrix)
encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(texts)
unseen_numbers = numpy.array([[unseen[name] for name in number]], dtype=float)
unseen_texts = numpy.array([[unseen[name] for name in category]])
record = {
    "scikit-learn": sklearn.__version__,
    "number": {name: [None if numpy.isnan(x) else x for x in values.tolist()] for name, values in number.items()},
    "category": {name: values.tolist() for name, values in category.items()},
    "categories": {name: levels.tolist() for name, levels in zip(category, encoder.categories_)},
    "unseen": unseen,
    "scaled": scaler.transform(matrix).tolist(),
    "oneHot": encoder.transform(texts).astype(int).tolist(),
    "unseenScaled": scaler.transform(unseen_numbers)[0].tolist(),
    "unseenOneHot": encoder.transform(unseen_texts)[0].astype(int).tolist(),
}
with open("test/fixtures/prepare-sklearn.json", "w", encoding="utf-8") as file:
    json.dump(record, file, ensure_ascii=False)
    file.write("\n")

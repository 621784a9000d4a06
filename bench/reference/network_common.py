"""What network_keras.py and network_torch.py share: made rows, starting weights, batches, and how a fixture is written."""
import json
import pathlib

import numpy as np

SEED = 4
ROWS, WIDTH, HIDDEN, BATCH, STEPS = 256, 8, 10, 32, 100
LARGEST_FIXTURE_BYTES = 150_000


def plain(value):
    """JSON without the noise of float64: a float32 is written as its own shortest decimal."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if hasattr(value, "numpy"):
        return plain(value.numpy())
    if isinstance(value, np.ndarray):
        return {"shape": list(value.shape), "data": [plain(each) for each in value.ravel()]} if value.ndim > 0 else plain(value[()])
    if isinstance(value, np.float32):
        return float(str(value))
    if isinstance(value, np.generic):
        return value.item()
    return value


def optimizer_data():
    """Rows, labels that depend on them by a noisy rule, starting weights and the rows of each batch (a permutation per epoch)."""
    random = np.random.default_rng(SEED)
    x = random.normal(size=(ROWS, WIDTH)).astype(np.float32)
    score = x[:, 0] - 1.5 * x[:, 1] * x[:, 2] + np.tanh(x[:, 3]) + 0.3 * random.normal(size=ROWS)
    y = (score > 0).astype(np.float32)[:, None]
    weights = [
        uniform(random, (WIDTH, HIDDEN), np.sqrt(6 / (WIDTH + HIDDEN))),
        uniform(random, (HIDDEN,), 0.1),
        uniform(random, (HIDDEN, 1), np.sqrt(6 / (HIDDEN + 1))),
        uniform(random, (1,), 0.1),
    ]
    order = np.concatenate([random.permutation(ROWS) for _ in range(-(-STEPS * BATCH // ROWS))])
    return {"x": x, "y": y, "weights": weights, "batches": order[: STEPS * BATCH].reshape(STEPS, BATCH)}


def uniform(random, shape, limit):
    return random.uniform(-limit, limit, size=shape).astype(np.float32)


def write(parts, *, script, versions, names):
    """Writes the named parts, or all: test/fixtures/network/PART.json."""
    folder = pathlib.Path("test/fixtures/network")
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or parts:
        header = {"made_by": f"bench/reference/{script}", "versions": {**versions, "numpy": np.__version__}}
        text = json.dumps({**header, **plain(parts[name]())}, separators=(",", ":"), allow_nan=False) + "\n"
        assert len(text) < LARGEST_FIXTURE_BYTES, f"{name} has {len(text)} bytes"
        (folder / f"{name}.json").write_text(text)
        print(name, len(text), "bytes")

"""Records PyTorch: python bench/reference/network_torch.py [PART ...] writes test/fixtures/network/PART.json; see network_keras.py."""
import sys

import numpy as np
import torch
from network_common import HIDDEN, SEED, WIDTH, optimizer_data, write


def torch_steps(make_optimizer, data):
    model = torch.nn.Sequential(torch.nn.Linear(WIDTH, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, 1))
    parameters = list(model.parameters())
    with torch.no_grad():
        for parameter, weight in zip(parameters, data["weights"], strict=True):
            parameter.copy_(torch.from_numpy(weight.T.copy()))
    optimizer = make_optimizer(parameters)
    x, y = torch.from_numpy(data["x"]), torch.from_numpy(data["y"])
    losses = []
    for rows in data["batches"]:
        optimizer.zero_grad()
        loss = torch.nn.BCEWithLogitsLoss()(model(x[rows]), y[rows])
        loss.backward()
        optimizer.step()
        losses.append(loss.detach().numpy().astype(np.float32)[()])
    return {"losses": losses, "weights": [parameter.detach().numpy().T for parameter in parameters]}


def optimizers_pytorch():
    """Kernels are written [in, out], as Keras has them."""
    data = optimizer_data()
    of = torch.optim
    cases = [
        ("SGD", {"learningRate": 0.1}, lambda p: of.SGD(p, lr=0.1)),
        ("SGD", {"learningRate": 0.05, "momentum": 0.9}, lambda p: of.SGD(p, lr=0.05, momentum=0.9)),
        (
            "SGD",
            {"learningRate": 0.05, "momentum": 0.9, "nesterov": True},
            lambda p: of.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
        ),
        ("RMSprop", {"learningRate": 0.01}, lambda p: of.RMSprop(p, lr=0.01)),
        ("RMSprop", {"learningRate": 0.01, "centered": True}, lambda p: of.RMSprop(p, lr=0.01, centered=True)),
        ("RMSprop", {"learningRate": 0.005, "momentum": 0.9}, lambda p: of.RMSprop(p, lr=0.005, momentum=0.9)),
        ("Adam", {}, lambda p: of.Adam(p)),
        ("Adam", {"learningRate": 0.01}, lambda p: of.Adam(p, lr=0.01)),
        (
            "Adam",
            {"learningRate": 0.01, "beta1": 0.8, "beta2": 0.99, "epsilon": 0.001},
            lambda p: of.Adam(p, lr=0.01, betas=(0.8, 0.99), eps=0.001),
        ),
        ("AdamW", {"learningRate": 0.01}, lambda p: of.AdamW(p, lr=0.01)),
        ("AdamW", {"learningRate": 0.01, "weightDecay": 0.1}, lambda p: of.AdamW(p, lr=0.01, weight_decay=0.1)),
    ]
    return {
        **data,
        "cases": [
            {"optimizer": name, "settings": {"form": "pytorch", **settings}, **torch_steps(make, data)}
            for name, settings, make in cases
        ],
    }


def quantile():
    """The pinball loss max(q e, (q - 1) e) of e = target - prediction, which neither Keras nor PyTorch has, with derivatives by autograd."""
    random = np.random.default_rng(SEED)
    targets, predictions = (np.round(random.normal(size=(6, 2)), 2).astype(np.float32) for _ in range(2))
    weights = np.array([1, 0.5, 2, 0, 1, 3], dtype=np.float32)
    return {
        "targets": targets,
        "predictions": predictions,
        "sampleWeights": weights,
        "cases": [pinball(q, targets, predictions, weights) for q in (0.1, 0.5, 0.9)],
    }


def pinball(q, targets, predictions, weights):
    def of(sample_weights):
        value = torch.tensor(predictions, requires_grad=True)
        error = torch.tensor(targets) - value
        rows = torch.maximum(q * error, (q - 1) * error).mean(dim=1)
        loss = (rows * torch.tensor(sample_weights)).mean()
        loss.backward()
        return rows, {"loss": loss.detach().numpy(), "gradient": value.grad}

    rows, plain = of(np.ones(len(weights), np.float32))
    return {"quantile": q, "rows": rows.detach(), "plain": plain, "weighted": of(weights)[1]}


def schedules():
    """Rates by step, counted from 0, with a greatest rate of 0.1 over 50 steps; both ways along half a cosine."""
    return {
        "baseRate": 0.1,
        "steps": 50,
        "oneCycle": [
            one_cycle({}),
            one_cycle({"rise": 0.1, "divide": 10, "finalDivide": 100}),
        ],
    }


def one_cycle(settings):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=0.1,
        total_steps=50,
        pct_start=settings.get("rise", 0.3),
        div_factor=settings.get("divide", 25.0),
        final_div_factor=settings.get("finalDivide", 1e4),
        cycle_momentum=False,
    )
    rates = []
    for _ in range(50):
        rates.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return {"settings": settings, "rates": rates}


PARTS = {"optimizers-pytorch": optimizers_pytorch, "quantile": quantile, "schedules-pytorch": schedules}

if __name__ == "__main__":
    torch.set_num_threads(1)
    write(PARTS, script="network_torch.py", versions={"torch": torch.__version__}, names=sys.argv[1:])

"""Records PyTorch: python bench/reference/network_torch.py [PART ...] writes test/fixtures/network/PART.json; see network_keras.py."""
import sys

import numpy as np
import torch
from network_common import HIDDEN, WIDTH, optimizer_data, write


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


PARTS = {"optimizers-pytorch": optimizers_pytorch}

if __name__ == "__main__":
    torch.set_num_threads(1)
    write(PARTS, script="network_torch.py", versions={"torch": torch.__version__}, names=sys.argv[1:])

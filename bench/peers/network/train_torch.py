"""Trains a made problem with PyTorch, as those write it who want it fast: fused Adam, batches by indices of a permutation, no DataLoader; see common.py."""
import os

os.environ["CUDA_VISIBLE_DEVICES"] = ""

import time

import torch
from common import answer, read_problem
from torch import nn


def main():
    request, x, y, weights = read_problem()
    torch.set_num_threads(request["threads"])
    torch.manual_seed(request["seed"])
    sizes = request["sizes"]
    layers = []
    for width, units in zip(sizes[:-1], sizes[1:], strict=True):
        layers += [nn.Linear(width, units), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    with torch.no_grad():
        for parameter, weight in zip(model.parameters(), weights, strict=True):
            parameter.copy_(torch.from_numpy(weight.T))
    is_binary = sizes[-1] == 1
    criterion = nn.BCEWithLogitsLoss() if is_binary else nn.CrossEntropyLoss()
    x = torch.from_numpy(x)
    y = torch.from_numpy(y)[:, None] if is_binary else torch.from_numpy(y).long()
    started = time.perf_counter()
    losses, ends = train(model, criterion, x, y, request)
    answer(torch.__version__, losses, started, ends)


def train(model, criterion, x, y, request):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7, fused=True)
    losses, ends = [], []
    for _ in range(request["epochs"]):
        batches = torch.randperm(len(x)).split(request["batch"])
        of_batches = []
        for rows in batches:
            optimizer.zero_grad()
            loss = criterion(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            of_batches.append(loss.detach())
        counts = torch.tensor([float(len(rows)) for rows in batches])
        losses.append((torch.stack(of_batches) @ counts).item() / len(x))
        ends.append(time.perf_counter())
    return losses, ends


main()

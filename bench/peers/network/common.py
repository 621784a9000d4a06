"""What both peers' scripts share: the request on stdin, the made rows, and the answer on stdout.

Request {dataPath, rows, sizes: [in, ..., out], batch, epochs, threads, seed, stepsPerExecution}; the file is raw float32: rows x in, labels, then
for each layer its kernel [in, out] and bias. One output: a sigmoid and binary cross-entropy; more: softmax and the cross-entropy of classes.
Answer {version, fitMs, laterMs, losses, peakBytes}: laterMs is the part of fitMs after the first epoch; the mean loss of each epoch as training
went; the most memory that was ever resident.
"""
import json
import sys

import numpy as np


def read_problem():
    request = json.load(sys.stdin)
    values = np.fromfile(request["dataPath"], dtype=np.float32)
    sizes, rows = request["sizes"], request["rows"]
    at = 0

    def take(*shape):
        nonlocal at
        count = int(np.prod(shape))
        at += count
        return values[at - count : at].reshape(shape)

    x, y = take(rows, sizes[0]), take(rows)
    weights = []
    for width, units in zip(sizes[:-1], sizes[1:], strict=True):
        weights += [take(width, units), take(units)]
    assert at == len(values)
    return request, x, y, weights


def answer(version, losses, started, epoch_ends):
    """Times are time.perf_counter's."""
    fit_ms, later_ms = (1000 * (epoch_ends[-1] - begin) for begin in (started, epoch_ends[0]))
    # Not ru_maxrss: what starts a process leaves its own peak there.
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    times = {"fitMs": fit_ms, "laterMs": later_ms}
    print(json.dumps({"version": version, **times, "losses": losses, "peakBytes": 1024 * peak}))

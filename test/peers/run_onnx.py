"""Checks a model file with onnx.checker and runs it in Python's onnxruntime. JSON in, JSON out; null is NaN."""

import json
import sys

import numpy
import onnx
import onnxruntime

TYPES = {"float32": numpy.float32, "float64": numpy.float64, "int64": numpy.int64, "string": object}

request = json.load(sys.stdin)
model = onnx.load(request["path"])
onnx.checker.check_model(model, full_check=True)
session = onnxruntime.InferenceSession(request["path"], providers=["CPUExecutionProvider"])
feeds = {}
for name, tensor in request["feeds"].items():
    values = [numpy.nan if value is None else value for value in tensor["data"]]
    feeds[name] = numpy.array(values, dtype=TYPES[tensor["type"]]).reshape(tensor["shape"])
names = [output.name for output in session.get_outputs()]
outputs = dict(zip(names, (value.tolist() for value in session.run(None, feeds))))
json.dump({"onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__, "outputs": outputs}, sys.stdout)

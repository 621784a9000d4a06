"""An unmodified tritonclient against our server, JSON form. JSON in, JSON out."""

import json
import sys

import numpy
import tritonclient.http as triton

request = json.load(sys.stdin)
client = triton.InferenceServerClient(request["host"])
headers = {"authorization": "Bearer " + request["key"]}
name = request["model"]
said = {
    "live": client.is_server_live(),
    "ready": client.is_server_ready(),
    "model_ready": client.is_model_ready(name, headers=dict(headers)),
    "server": client.get_server_metadata(headers=dict(headers)),
    "model": client.get_model_metadata(name, headers=dict(headers)),
}
rows = numpy.array(request["rows"], dtype=numpy.float32)
tensor = triton.InferInput("numeric", list(rows.shape), "FP32")
tensor.set_data_from_numpy(rows, binary_data=False)
outputs = [triton.InferRequestedOutput(output, binary_data=False) for output in ("probabilities", "label")]
result = client.infer(name, [tensor], outputs=outputs, headers=dict(headers), request_id="a request")
said["id"] = result.get_response()["id"]
said["probabilities"] = result.as_numpy("probabilities").tolist()
said["labels"] = [label.decode() if isinstance(label, bytes) else label for label in result.as_numpy("label").tolist()]
bad = triton.InferInput("numeric", [1, 2], "FP32")
bad.set_data_from_numpy(numpy.zeros((1, 2), dtype=numpy.float32), binary_data=False)
try:
    client.infer(name, [bad], headers=dict(headers))
    said["error"] = None
except triton.InferenceServerException as error:
    said["error"] = {"status": error.status(), "message": error.message()}
json.dump(said, sys.stdout)

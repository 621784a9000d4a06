"""Trains a made problem with Keras on TensorFlow, as its users write it; see common.py. The time is that of `fit`, which builds its graph first."""
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import time

import keras
import tensorflow as tf
from common import answer, read_problem


def main():
    request, x, y, weights = read_problem()
    tf.config.threading.set_intra_op_parallelism_threads(request["threads"])
    tf.config.threading.set_inter_op_parallelism_threads(request["threads"])
    keras.utils.set_random_seed(request["seed"])
    sizes = request["sizes"]
    hidden = [keras.layers.Dense(units, activation="relu") for units in sizes[1:-1]]
    is_binary = sizes[-1] == 1
    last = keras.layers.Dense(sizes[-1], activation="sigmoid" if is_binary else "softmax")
    model = keras.Sequential([keras.Input((sizes[0],)), *hidden, last])
    model.set_weights(weights)
    model.compile(
        loss="binary_crossentropy" if is_binary else "sparse_categorical_crossentropy",
        optimizer="adam",
        steps_per_execution=request["stepsPerExecution"],
    )
    ends = []
    watch = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter()))
    started = time.perf_counter()
    history = model.fit(x, y, epochs=request["epochs"], batch_size=request["batch"], verbose=0, callbacks=[watch])
    answer(keras.__version__, history.history["loss"], started, ends)


main()

"""Records Keras: python bench/reference/network_keras.py [PART ...] writes test/fixtures/network/PART.json (in the repository's root).

Everything starts from made rows, weights and batches that are written beside the figures; floats are the shortest decimals that round to the
same float32. The environment is that of bench/peers/network/requirements.txt. One process cannot load TensorFlow and all of PyTorch (both
bring an LLVM): network_torch.py is the other half.
"""
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras
import numpy as np
import tensorflow as tf
from network_common import BATCH, HIDDEN, STEPS, WIDTH, optimizer_data, uniform, write


def keras_model(data, regularizer=None):
    model = keras.Sequential(
        [
            keras.Input((WIDTH,)),
            keras.layers.Dense(HIDDEN, activation="relu", kernel_regularizer=regularizer),
            keras.layers.Dense(1, activation="sigmoid", kernel_regularizer=regularizer),
        ]
    )
    model.set_weights(data["weights"])
    return model


def keras_steps(model, optimizer, data, steps=STEPS):
    """The loss of each batch before its update, with the penalties of regularizers, and the weights at the end."""
    loss_function = keras.losses.BinaryCrossentropy()
    losses = []
    for rows in data["batches"][:steps]:
        with tf.GradientTape() as tape:
            loss = loss_function(data["y"][rows], model(data["x"][rows], training=True))
            loss = tf.add_n([loss, *model.losses])
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        losses.append(loss.numpy())
    return {"losses": losses, "weights": model.get_weights()}


def optimizers_keras():
    """`optimizer` and `settings` in our names; learning rates are set, so that 100 steps go somewhere."""
    data = optimizer_data()
    of = keras.optimizers
    cases = [
        ("SGD", {"learningRate": 0.1}, of.SGD(0.1)),
        ("SGD", {"learningRate": 0.05, "momentum": 0.9}, of.SGD(0.05, momentum=0.9)),
        ("SGD", {"learningRate": 0.05, "momentum": 0.9, "nesterov": True}, of.SGD(0.05, momentum=0.9, nesterov=True)),
        ("RMSprop", {"learningRate": 0.01}, of.RMSprop(0.01)),
        ("RMSprop", {"learningRate": 0.01, "centered": True}, of.RMSprop(0.01, centered=True)),
        ("RMSprop", {"learningRate": 0.005, "momentum": 0.9}, of.RMSprop(0.005, momentum=0.9)),
        (
            "RMSprop",
            {"learningRate": 0.005, "rho": 0.95, "momentum": 0.9, "centered": True},
            of.RMSprop(0.005, rho=0.95, momentum=0.9, centered=True),
        ),
        ("Adam", {}, of.Adam()),
        ("Adam", {"learningRate": 0.01}, of.Adam(0.01)),
        (
            "Adam",
            {"learningRate": 0.01, "beta1": 0.8, "beta2": 0.99, "epsilon": 0.001},
            of.Adam(0.01, beta_1=0.8, beta_2=0.99, epsilon=0.001),
        ),
        ("AdamW", {"learningRate": 0.01, "weightDecay": 0.01}, of.AdamW(0.01, weight_decay=0.01)),
        ("AdamW", {}, of.AdamW()),
        ("Adam", {"learningRate": 0.01, "clipNorm": 0.02}, of.Adam(0.01, clipnorm=0.02)),
        ("Adam", {"learningRate": 0.01, "clipNorm": 1.0}, of.Adam(0.01, clipnorm=1.0)),
        ("Adam", {"learningRate": 0.01, "globalClipNorm": 0.05}, of.Adam(0.01, global_clipnorm=0.05)),
        ("Adam", {"learningRate": 0.01, "globalClipNorm": 0.5}, of.Adam(0.01, global_clipnorm=0.5)),
        ("Adam", {"learningRate": 0.01, "clipValue": 0.01}, of.Adam(0.01, clipvalue=0.01)),
        ("Adam", {"learningRate": 0.01, "clipValue": 0.1}, of.Adam(0.01, clipvalue=0.1)),
        ("SGD", {"learningRate": 0.5, "clipNorm": 0.05}, of.SGD(0.5, clipnorm=0.05)),
        ("SGD", {"learningRate": 0.5, "globalClipNorm": 0.1}, of.SGD(0.5, global_clipnorm=0.1)),
        ("SGD", {"learningRate": 0.5, "clipValue": 0.02}, of.SGD(0.5, clipvalue=0.02)),
    ]
    return {
        **data,
        "cases": [
            {"optimizer": name, "settings": settings, **keras_steps(keras_model(data), optimizer, data)}
            for name, settings, optimizer in cases
        ],
    }


def regularizers():
    """20 steps of SGD at 0.1 with a penalty on both kernels; the losses hold the penalties."""
    data = optimizer_data()
    data["batches"] = data["batches"][:20]
    of = keras.regularizers
    cases = [
        ({"l1": 0.01}, of.L1(0.01)),
        ({"l2": 0.01}, of.L2(0.01)),
        ({"l1": 0.003, "l2": 0.02}, of.L1L2(l1=0.003, l2=0.02)),
    ]
    return {
        **data,
        "learningRate": 0.1,
        "cases": [
            {
                "regularizer": settings,
                **keras_steps(keras_model(data, regularizer), keras.optimizers.SGD(0.1), data, steps=20),
            }
            for settings, regularizer in cases
        ],
    }


PARTS = {"optimizers-keras": optimizers_keras, "regularizers": regularizers}

if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(1)
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__}
    write(PARTS, script="network_keras.py", versions=versions, names=sys.argv[1:])

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
from network_common import HIDDEN, SEED, STEPS, WIDTH, optimizer_data, write


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


def rounded(random, shape, scale=1.5):
    """Numbers of few digits, so that a reader can follow them; none is 0, where a relu has no derivative."""
    values = np.round(random.normal(size=shape) * scale, 2).astype(np.float32)
    return np.where(values == 0, np.float32(0.01), values)


def losses():
    """
    The loss of each row, the scalar that is trained on, and its derivative by the predictions, with and without weights of rows.
    `settings` are in our names; predictions are probabilities unless `fromLogits`.
    """
    random = np.random.default_rng(SEED)
    rows, classes = 6, 4
    numbers, truth = rounded(random, (rows, 3)), rounded(random, (rows, 3))
    logits, binary = rounded(random, (rows, 3)), random.integers(0, 2, size=(rows, 3)).astype(np.float32)
    class_logits = rounded(random, (rows, classes))
    labels = random.integers(0, classes, size=rows)
    one_hot = np.eye(classes, dtype=np.float32)[labels]
    shares = random.dirichlet(np.ones(classes), size=rows).astype(np.float32)
    counts = random.poisson(2, size=(rows, 3)).astype(np.float32)
    rates = np.abs(numbers) + np.float32(0.1)
    weights = np.array([1, 0.5, 2, 0, 1, 3], dtype=np.float32)
    probabilities = keras.ops.sigmoid(logits).numpy()
    class_probabilities = keras.ops.softmax(class_logits).numpy()
    # Outputs of no softmax: rows that do not add up to 1, and the ends, where Keras clips.
    unnormalised = (class_probabilities * np.float32(1.7)).astype(np.float32)
    extreme = np.array([[0, 1, 0.5]] * rows, dtype=np.float32)
    far = np.array([[120, -120, 35]] * rows, dtype=np.float32)
    of = keras.losses
    cases = [
        ("meanSquaredError", {}, of.MeanSquaredError, truth, numbers),
        ("meanAbsoluteError", {}, of.MeanAbsoluteError, truth, numbers),
        ("huber", {}, of.Huber, truth, numbers),
        ("huber", {"delta": 0.7}, of.Huber, truth, numbers),
        ("poisson", {}, of.Poisson, counts, rates),
        ("binaryCrossentropy", {}, of.BinaryCrossentropy, binary, probabilities),
        ("binaryCrossentropy", {"labelSmoothing": 0.1}, of.BinaryCrossentropy, binary, probabilities),
        ("binaryCrossentropy", {}, of.BinaryCrossentropy, binary, extreme),
        ("binaryCrossentropy", {"fromLogits": True}, of.BinaryCrossentropy, binary, logits),
        ("binaryCrossentropy", {"fromLogits": True, "labelSmoothing": 0.1}, of.BinaryCrossentropy, binary, logits),
        ("binaryCrossentropy", {"fromLogits": True}, of.BinaryCrossentropy, binary, far),
        ("categoricalCrossentropy", {}, of.CategoricalCrossentropy, one_hot, class_probabilities),
        ("categoricalCrossentropy", {}, of.CategoricalCrossentropy, shares, class_probabilities),
        ("categoricalCrossentropy", {}, of.CategoricalCrossentropy, one_hot, unnormalised),
        ("categoricalCrossentropy", {"labelSmoothing": 0.1}, of.CategoricalCrossentropy, one_hot, class_probabilities),
        ("categoricalCrossentropy", {"fromLogits": True}, of.CategoricalCrossentropy, one_hot, class_logits),
        ("categoricalCrossentropy", {"fromLogits": True}, of.CategoricalCrossentropy, shares, class_logits),
        (
            "categoricalCrossentropy",
            {"fromLogits": True, "labelSmoothing": 0.1},
            of.CategoricalCrossentropy,
            one_hot,
            class_logits,
        ),
        ("sparseCategoricalCrossentropy", {}, of.SparseCategoricalCrossentropy, labels, class_probabilities),
        ("sparseCategoricalCrossentropy", {}, of.SparseCategoricalCrossentropy, labels, unnormalised),
        ("sparseCategoricalCrossentropy", {"fromLogits": True}, of.SparseCategoricalCrossentropy, labels, class_logits),
    ]
    return {"sampleWeights": weights, "cases": [loss_case(*case, weights) for case in cases]}


KERAS_NAMES = {"delta": "delta", "labelSmoothing": "label_smoothing", "fromLogits": "from_logits"}


def loss_case(name, settings, make, truth, predictions, weights):
    options = {KERAS_NAMES[key]: value for key, value in settings.items()}
    per_row = make(**options, reduction=None)(truth, predictions)

    def mean(sample_weight):
        value = tf.convert_to_tensor(predictions)
        with tf.GradientTape() as tape:
            tape.watch(value)
            loss = make(**options)(truth, value, sample_weight=sample_weight)
        return {"loss": loss.numpy(), "gradient": tape.gradient(loss, value)}

    return {
        "loss": name,
        "settings": settings,
        "targets": truth,
        "predictions": predictions,
        "rows": per_row,
        "plain": mean(None),
        "weighted": mean(weights),
    }


def layers():
    """
    Outputs of activations and layers, and the derivatives of sum(upstream * outputs) by inputs and weights. Weights are in Keras's order. `settings`
    are in our names where we have them (a slope or the tanh form of gelu is for operators, not for our activations by name).
    """
    random = np.random.default_rng(SEED)
    x = np.concatenate([rounded(random, (5, 4)), [[-8, -3, 3, 8]]]).astype(np.float32)
    of = keras.activations
    activations = [
        ("linear", {}, of.linear),
        ("relu", {}, of.relu),
        ("leakyRelu", {}, of.leaky_relu),
        ("leakyRelu", {"slope": 0.01}, lambda value: of.leaky_relu(value, negative_slope=0.01)),
        ("elu", {}, of.elu),
        ("elu", {"alpha": 0.5}, lambda value: of.elu(value, alpha=0.5)),
        # Keras's gelu is the exact one unless asked: its default is approximate=False.
        ("gelu", {}, of.gelu),
        ("gelu", {"approximate": "tanh"}, lambda value: of.gelu(value, approximate=True)),
        ("tanh", {}, of.tanh),
        ("sigmoid", {}, of.sigmoid),
        ("softmax", {}, of.softmax),
        ("softplus", {}, of.softplus),
    ]
    layer_of = keras.layers
    small = rounded(random, (6, 3))
    other = rounded(random, (6, 3))
    cube = rounded(random, (2, 3, 4))
    codes = np.array([[0, 2], [2, 2], [4, 1], [3, 2], [1, 0], [4, 4]], dtype=np.int64)
    cases = [
        ("Dense", {"units": 2}, layer_of.Dense(2), [small]),
        ("Dense", {"units": 2, "activation": "tanh", "useBias": False}, layer_of.Dense(2, activation="tanh", use_bias=False), [small]),
        ("Dense", {"units": 2, "activation": "softmax"}, layer_of.Dense(2, activation="softmax"), [cube]),
        ("Embedding", {"inputDim": 5, "outputDim": 3}, layer_of.Embedding(5, 3), [codes]),
        ("LayerNormalization", {}, layer_of.LayerNormalization(), [small]),
        ("LayerNormalization", {"epsilon": 0.1}, layer_of.LayerNormalization(epsilon=0.1), [cube]),
        ("Concatenate", {}, layer_of.Concatenate(), [small, other]),
        ("Concatenate", {"axis": 1}, layer_of.Concatenate(axis=1), [cube, cube * np.float32(0.5)]),
        ("Add", {}, layer_of.Add(), [small, other]),
        ("Flatten", {}, layer_of.Flatten(), [cube]),
        ("Reshape", {"shape": [4, 3]}, layer_of.Reshape((4, 3)), [cube]),
    ]
    return {
        "activations": [
            {"activation": name, "settings": settings, "input": x, **derivatives(random, activation, [x])}
            for name, settings, activation in activations
        ],
        "layers": [
            {"layer": name, "settings": settings, "inputs": inputs, **layer_case(random, layer, inputs)}
            for name, settings, layer, inputs in cases
        ],
        "batchNormalization": [
            batch_normalization(random, {}, [rounded(random, (rows, 3)) for rows in (6, 6, 4)]),
            batch_normalization(
                random, {"momentum": 0.8, "epsilon": 0.01}, [rounded(random, (2, 3, 4)) for _ in range(3)]
            ),
        ],
        "functional": functional(random, codes),
    }


def layer_case(random, layer, inputs):
    layer(inputs if len(inputs) > 1 else inputs[0])
    layer.set_weights([rounded(random, weight.shape, 0.7) for weight in layer.get_weights()])
    call = (lambda *values: layer(list(values))) if len(inputs) > 1 else layer
    return derivatives(random, call, inputs, layer.trainable_variables)


def derivatives(random, call, inputs, variables=()):
    values = [tf.convert_to_tensor(value) for value in inputs]
    weights = [variable.numpy() for variable in variables]
    floats = [value for value in values if value.dtype.is_floating]
    with tf.GradientTape() as tape:
        for value in floats:
            tape.watch(value)
        output = call(*values)
        upstream = rounded(random, output.shape, 1)
        total = tf.reduce_sum(output * upstream)
    by_inputs, by_weights = tape.gradient(total, [floats, [variable.value for variable in variables]])
    return {
        "weights": weights,
        "output": output,
        "upstream": upstream,
        "inputGradients": by_inputs,
        "weightGradients": [tf.convert_to_tensor(gradient) for gradient in by_weights],
    }


def batch_normalization(random, settings, batches):
    """Each batch is passed through in training; `gamma` and `beta` stay, the moving averages go on; then inference on the first batch."""
    layer = keras.layers.BatchNormalization(**settings)
    layer.build(batches[0].shape)
    width = batches[0].shape[-1]
    gamma, beta = rounded(random, (width,), 0.7), rounded(random, (width,), 0.7)
    layer.set_weights([gamma, beta, np.zeros(width, np.float32), np.ones(width, np.float32)])
    steps = []
    for batch in batches:
        step = derivatives(random, lambda value: layer(value, training=True), [batch], layer.trainable_variables)
        _, _, moving_mean, moving_variance = layer.get_weights()
        steps.append({"input": batch, **step, "movingMean": moving_mean, "movingVariance": moving_variance})
    return {
        "settings": settings,
        "training": steps,
        "inference": {"input": batches[0], **derivatives(random, layer, [batches[0]], layer.trainable_variables)},
    }


def functional(random, codes):
    """
    numbers [batch, 3] and codes [batch, 2] -> Embedding(5, 2), flattened, beside the numbers -> Dense(4, tanh) = h -> LayerNormalization ->
    Dense(4, relu), plus h -> outputs Dense(1, sigmoid) and Dense(3, softmax). `weights` in the order of the layers as they are named here.
    """
    of = keras.layers
    numbers_in, codes_in = keras.Input((3,)), keras.Input((2,), dtype="int64")
    joined = of.Concatenate()([numbers_in, of.Flatten()(of.Embedding(5, 2, name="embedding")(codes_in))])
    h = of.Dense(4, activation="tanh", name="hidden")(joined)
    skipped = of.Add()([of.Dense(4, activation="relu", name="inner")(of.LayerNormalization(name="norm")(h)), h])
    first, second = of.Dense(1, activation="sigmoid", name="first")(skipped), of.Dense(3, activation="softmax", name="second")(skipped)
    model = keras.Model([numbers_in, codes_in], [first, second])
    names = ["embedding", "hidden", "norm", "inner", "first", "second"]
    variables = [variable for name in names for variable in model.get_layer(name).trainable_variables]
    for variable in variables:
        variable.assign(rounded(random, variable.shape, 0.7))
    numbers = rounded(random, (6, 3))
    binary, labels = random.integers(0, 2, size=(6, 1)).astype(np.float32), random.integers(0, 3, size=6)
    weights = [variable.numpy() for variable in variables]
    with tf.GradientTape() as tape:
        outputs = model([numbers, codes])
        loss = keras.losses.BinaryCrossentropy()(binary, outputs[0])
        loss += 0.5 * keras.losses.SparseCategoricalCrossentropy()(labels, outputs[1])
    gradients = tape.gradient(loss, [variable.value for variable in variables])
    return {
        "numbers": numbers,
        "codes": codes,
        "targets": [binary, labels],
        "losses": ["binaryCrossentropy", "sparseCategoricalCrossentropy"],
        "lossWeights": [1, 0.5],
        "weights": weights,
        "outputs": outputs,
        "loss": loss.numpy(),
        "gradients": [tf.convert_to_tensor(gradient) for gradient in gradients],
    }


def fits():
    """
    What `fit` tells after each of 3 epochs, rows in order: 70 rows in batches of 16, the last one short, by momentum at a constant rate. An
    epoch's loss is the mean over rows of what was computed before each update; Keras's accuracy leaves weights of rows out.
    """
    data = optimizer_data()
    rows = 70
    x, y = data["x"][:rows], data["y"][:rows]
    random = np.random.default_rng(SEED)
    sample_weight = np.round(random.uniform(0, 2, size=rows), 2).astype(np.float32)
    cases = [
        (64, {}, {}),
        (rows, {}, {}),
        (rows, {"classWeight": {0: 0.5, 1: 2.0}}, {"class_weight": {0: 0.5, 1: 2.0}}),
        (rows, {"sampleWeight": sample_weight}, {"sample_weight": sample_weight}),
        (
            rows,
            {"sampleWeight": sample_weight, "classWeight": {0: 0.5, 1: 2.0}},
            {"sample_weight": sample_weight, "class_weight": {0: 0.5, 1: 2.0}},
        ),
        (rows, {"regularizer": {"l2": 0.01}}, {"regularizer": keras.regularizers.L2(0.01)}),
        (rows, {"validationSplit": 0.2}, {"validation_split": 0.2}),
    ]
    return {
        "x": x,
        "y": y,
        "weights": data["weights"],
        "batchSize": 16,
        "epochs": 3,
        "learningRate": 0.05,
        "momentum": 0.9,
        "cases": [{"rows": count, "settings": ours, **fit_case(data, count, **theirs)} for count, ours, theirs in cases],
    }


def fit_case(data, rows, *, class_weight=None, sample_weight=None, regularizer=None, validation_split=0.0):
    model = keras_model(data, regularizer)
    model.compile(optimizer=keras.optimizers.SGD(0.05, momentum=0.9), loss="binary_crossentropy", metrics=["accuracy"])
    both = class_weight is not None and sample_weight is not None
    if both:
        # Keras takes one of them only; the product is what users mean.
        sample_weight = sample_weight * np.array([class_weight[int(each)] for each in data["y"][:rows, 0]], np.float32)
    x, y = data["x"][:rows], data["y"][:rows]
    settings = {"epochs": 3, "batch_size": 16, "shuffle": False, "verbose": 0, "validation_split": validation_split}
    history = model.fit(x, y, **settings, sample_weight=sample_weight, class_weight=None if both else class_weight).history
    names = {"loss": "loss", "accuracy": "accuracy", "val_loss": "valLoss", "val_accuracy": "valAccuracy"}
    evaluated = model.evaluate(x, y, sample_weight=sample_weight, verbose=0)
    return {
        "history": {names[key]: [np.float32(each) for each in values] for key, values in history.items()},
        "evaluate": dict(zip(["loss", "accuracy"], [np.float32(each) for each in evaluated], strict=True)),
        "finalWeights": model.get_weights(),
    }


def schedules():
    """Rates by step, counted from 0, of a base rate 0.1 over 50 steps; plateau: the rate after each of 20 epochs with the losses given."""
    of = keras.optimizers.schedules
    cases = [
        ("cosine", {}, of.CosineDecay(0.1, 50)),
        ("cosine", {"least": 0.2}, of.CosineDecay(0.1, 50, alpha=0.2)),
        # With a warm-up, Keras decays over the decay_steps that follow it, and its first rate is the initial one, here 0.
        ("cosine", {"warmupSteps": 10}, of.CosineDecay(0.0, 40, warmup_target=0.1, warmup_steps=10)),
        ("exponential", {"everySteps": 10, "factor": 0.8}, of.ExponentialDecay(0.1, 10, 0.8)),
        ("step", {"everySteps": 10, "factor": 0.5}, of.ExponentialDecay(0.1, 10, 0.5, staircase=True)),
    ]
    return {
        "baseRate": 0.1,
        "steps": 50,
        "cases": [
            {"schedule": name, "settings": settings, "rates": [schedule(step).numpy() for step in range(50)]}
            for name, settings, schedule in cases
        ],
        "plateaus": [
            plateau({"factor": 0.1, "patience": 10, "minDelta": 1e-4, "least": 0}),
            plateau({"factor": 0.5, "patience": 2, "minDelta": 1e-4, "least": 0}),
            plateau({"factor": 0.3, "patience": 3, "minDelta": 0.05, "least": 0.005}),
        ],
    }


def plateau(settings):
    losses = [1.0, 0.8, 0.7, 0.69, 0.69, 0.69, 0.65, 0.66, 0.66, 0.66, 0.66, 0.64, 0.64, 0.64, 0.64, 0.63, 0.7, 0.7, 0.7, 0.7]
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mean_squared_error")
    callback = keras.callbacks.ReduceLROnPlateau(
        monitor="loss",
        factor=settings["factor"],
        patience=settings["patience"],
        min_delta=settings["minDelta"],
        min_lr=settings["least"],
    )
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, loss in enumerate(losses):
        callback.on_epoch_end(epoch, {"loss": loss})
        rates.append(np.float32(model.optimizer.learning_rate.numpy()))
    return {"settings": settings, "losses": losses, "rates": rates}


PARTS = {
    "optimizers-keras": optimizers_keras,
    "regularizers": regularizers,
    "losses": losses,
    "layers": layers,
    "fits": fits,
    "schedules": schedules,
}

if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(1)
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__}
    write(PARTS, script="network_keras.py", versions=versions, names=sys.argv[1:])

"""Networks judged by what they compute: the same weights, the same pictures, compared outputs."""

import numpy as np

from course_utils.machine.language import say


def build_twice(build, *inputs, known=(), shape=None):
    """Call a function that builds a network twice; tell whether it builds anew each time.

    Args:
        build: the function.
        inputs: what it is called with.
        known: networks that were there before.
        shape: of one picture, for networks that get their weights with the first pictures only.

    Returns:
        a dict: `"networks"`, a list of both; `"shared"`, a bool: whether the first shares a weight
        with the second one or a known one, or has the learned numbers of a known one.

    Raises:
        AssertionError: it returns no network, or one that takes no pictures of that shape.
    """
    first, second = (_network(build(*inputs)) for _ in range(2))
    for network in (first, second) if shape else ():
        if not network.built:
            _answers(network, np.zeros((1, *shape), "float32"))
    own = {id(weight) for weight in first.weights}
    others = [weight for network in (second, *known) for weight in network.weights]
    shared = any(id(weight) in own for weight in others)
    learned = [np.asarray(weight) for network in known for weight in network.weights]
    learned = [values for values in learned if values.ndim > 1]
    copied = any(
        np.array_equal(weight, values)
        for weight in first.weights
        for values in learned
        if tuple(weight.shape) == values.shape
    )
    return {"networks": [first, second], "shared": shared or copied}


def measure_both(built, *shape, most=255.0):
    """Return what `measure` finds in the first of two networks, and whether the other is like it.

    Args:
        built: what `build_twice` returns.
        shape, most: see `measure`.

    Returns:
        the dict of `measure`, with `"shared"` of `built`, and `"alike"`, a bool: whether `measure`
        finds the same in both.
    """
    first, second = (measure(network, *shape, most=most) for network in built["networks"])
    alike = first.keys() == second.keys() and all(
        np.shape(first[key]) == np.shape(second[key])
        and np.allclose(first[key], second[key], rtol=1e-4, atol=1e-6)
        if isinstance(first[key], np.ndarray)
        else first[key] == second[key]
        for key in first
    )
    return first | {"shared": built["shared"], "alike": alike}


def measure(network, *shape, most=255.0):
    """Return what a network computes, in plain numbers, whatever its layers are called.

    Its weights are filled with numbers that depend on their shapes alone: the first weight of a
    shape has always the same ones, the second others. So two networks that compute the same give
    the same numbers, in whatever way they are written.

    Args:
        network: a Keras model; its weights are changed.
        shape: of one picture.
        most: the pictures' values lie between 0 and this.

    Returns:
        a dict: `"answers"`, a float array, what it gives for four pictures, each ten times as dark
        as the one before; `"bare"`, the same
        where the last kernel is zero and the last biases are -2, 0.5, 1, -0.5, 3, -2, …, so that
        only the last activation is left; `"parameters"`; `"trained"`, the shapes of the weights
        that training would change, sorted; `"steady"`, whether it gives the same in training,
        without Dropout and the like; `"blind"`, whether all four pictures give the same;
        `"compiled"`.

    Raises:
        AssertionError: it is no network, or takes no such pictures.
    """
    network, numbers = _network(network), np.random.default_rng(0)
    darker = np.reshape([1, 0.1, 0.01, 0.001], (4, *[1] * len(shape)))  # else softmax is 0 or 1
    pictures = (darker * numbers.uniform(0, most, (4, *shape))).astype("float32")
    _answers(network, pictures)
    fill_weights(network)
    answers = np.asarray(network(pictures, training=False))
    found = {
        "answers": answers,
        "parameters": network.count_params(),
        "trained": sorted(list(weight.shape) for weight in network.trainable_weights),
        "steady": bool(np.allclose(answers, network(pictures, training=True), atol=1e-5)),
        "blind": bool(np.allclose(answers, answers[:1], rtol=1e-4, atol=1e-7)),
        "compiled": bool(network.compiled),
    }
    if len(network.weights) > 1:
        *_, kernel, biases = network.weights
        kernel.assign(np.zeros(kernel.shape))
        biases.assign(np.resize([-2, 0.5, 1, -0.5, 3], biases.shape))
        found["bare"] = np.asarray(network(pictures[:1]))[0]
    return found


def fill_weights(network):
    """Give each weight of a network numbers that depend on its shape and its turn alone."""
    turns = {}
    for weight in network.weights:
        shape = tuple(weight.shape)
        turns[shape] = turn = turns.get(shape, 0) + 1
        numbers = np.random.default_rng([turn, len(shape), *shape])
        values = numbers.normal(size=shape) / max(1, np.prod(shape[:-1])) ** 0.5
        if np.prod(shape[:-1]) > 1:  # sums of both signs, so that ReLU has something to do
            values -= 0.75 * values.mean(axis=tuple(range(len(shape) - 1)))
        positive = weight.path.endswith(("moving_variance", "gamma"))
        weight.assign(np.abs(values) + 0.5 if positive else values)


def _answers(network, pictures):
    try:
        return network(pictures)
    except Exception as error:
        reason = " ".join(str(error).split())
        raise AssertionError(
            say(
                "Your network does not take pictures of the shape {shape}: {reason}",
                shape=pictures.shape[1:],
                reason=reason[:200],
            )
        ) from None


def _network(value):
    import keras

    if not isinstance(value, keras.Model):
        kind = type(value).__name__
        if kind in ("NoneType", "History"):
            advice = say("`fit` and `compile` return no network")
            kind = f"{kind}; {advice}"
        raise AssertionError(say("Return the network, a keras.Model, not {kind}.", kind=kind))
    if not value.built and len(value.layers) == 0:
        raise AssertionError(say("Your network has no layers."))
    return value

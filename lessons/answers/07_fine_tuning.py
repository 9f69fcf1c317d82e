# %% name="ex_unfreeze_wrong_whole" exercise="unfreeze" wrong="The base itself is still frozen"
def unfreeze_from(base, first_name):
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_name
        layer.trainable = reached and not isinstance(layer, keras.layers.BatchNormalization)
    return base


# %% name="ex_unfreeze_wrong_one" exercise="unfreeze" wrong="That layer alone"
def unfreeze_from(base, first_name):
    base.trainable = True
    for layer in base.layers:
        layer.trainable = layer.name == first_name
    return base


# %% name="ex_unfreeze_wrong_below" exercise="unfreeze" wrong="other way round"
def unfreeze_from(base, first_name):
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_name
        layer.trainable = not reached and not isinstance(layer, keras.layers.BatchNormalization)
    return base


# %% name="ex_unfreeze_wrong_norm" exercise="unfreeze" wrong="Batch normalisation learns too"
def unfreeze_from(base, first_name):
    base.trainable = True
    for layer in base.layers:
        if layer.name == first_name:
            break
        layer.trainable = False
    return base


# %% name="ex_unfreeze_wrong_all" exercise="unfreeze" wrong="below it has to stay frozen"
def unfreeze_from(base, first_name):
    base.trainable = True
    return base


# %% name="ex_unfreeze_wrong_after" exercise="unfreeze" wrong="The named layer itself"
def unfreeze_from(base, first_name):
    base.trainable = True
    reached = False
    for layer in base.layers:
        layer.trainable = reached and not isinstance(layer, keras.layers.BatchNormalization)
        reached = reached or layer.name == first_name
    return base


# %% name="ex_unfreeze_wrong_alphabet" exercise="unfreeze" wrong="From z on"
def unfreeze_from(base, first_name):
    base.trainable = True
    for layer in base.layers:
        norm = isinstance(layer, keras.layers.BatchNormalization)
        layer.trainable = layer.name >= first_name and not norm
    return base


# %% name="ex_unfreeze_wrong_part" exercise="unfreeze" wrong="From top on"
def unfreeze_from(base, first_name):
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or first_name in layer.name
        layer.trainable = reached and not isinstance(layer, keras.layers.BatchNormalization)
    return base


# %% name="ex_unfreeze_wrong_names" exercise="unfreeze" wrong="['z', 'y', 'x', 'w', 'v'] do"
def unfreeze_from(base, first_name):
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_name
        layer.trainable = reached and not layer.name.startswith("norm")
    return base


# %% name="ex_unfreeze_wrong_kinds" exercise="unfreeze" wrong="From steady on"
def unfreeze_from(base, first_name):
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_name
        layer.trainable = reached and "Normalization" not in type(layer).__name__
    return base


# %% name="ex_unfreeze_wrong_arrays" exercise="unfreeze" wrong="From a on, of the layers {'a': 'conv', 'lean'"
def unfreeze_from(base, first_name):
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_name
        layer.trainable = reached and len(layer.weights) != 4
    return base


# %% name="ex_unfreeze_wrong_shown" exercise="unfreeze" wrong="in your base ['a', 'b'] do"
def unfreeze_from(base, first_name):
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_name
        layer.trainable = reached and "BatchNorm" not in repr(layer)
    return base


# %% name="ex_unfreeze_wrong_copy" exercise="unfreeze" wrong="the very network"
def unfreeze_from(base, first_name):
    base = keras.models.clone_model(base)
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_name
        layer.trainable = reached and not isinstance(layer, keras.layers.BatchNormalization)
    return base


# %% name="ex_unfreeze_right_index" exercise="unfreeze" right="finds the place first, then freezes"
def unfreeze_from(base, first_name):
    base.trainable = True
    place = [layer.name for layer in base.layers].index(first_name)
    for number, layer in enumerate(base.layers):
        if number < place or isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    return base


# %% name="ex_unfreeze_right_down" exercise="unfreeze" right="goes down from the top"
def unfreeze_from(base, first_name):
    base.trainable = True
    for layer in base.layers:
        layer.trainable = False
    for layer in reversed(base.layers):
        layer.trainable = type(layer) is not keras.layers.BatchNormalization
        if layer is base.get_layer(first_name):
            return base


# %% name="ex_unfreeze_right_two_loops" exercise="unfreeze" right="below, then batch normalisation"
def unfreeze_from(base, first_name):
    base.trainable = True
    layers = iter(base.layers)
    while (layer := next(layers)).name != first_name:
        layer.trainable = False
    norms = [each for each in base.layers if isinstance(each, keras.layers.BatchNormalization)]
    for norm in norms:
        norm.trainable = False
    return base


# %% name="ex_smooth_wrong_fixed" exercise="smooth" wrong="factor that is given"
def smooth(values, factor):
    smoothed = [values[0]]
    for value in values[1:]:
        smoothed.append(0.8 * smoothed[-1] + 0.2 * value)
    return smoothed


# %% name="ex_smooth_wrong_swapped" exercise="smooth" wrong="other way round"
def smooth(values, factor):
    smoothed = [values[0]]
    for value in values[1:]:
        smoothed.append((1 - factor) * smoothed[-1] + factor * value)
    return smoothed


# %% name="ex_smooth_wrong_raw" exercise="smooth" wrong="smoothed value before"
def smooth(values, factor):
    smoothed = [values[0]]
    for before, value in zip(values, values[1:], strict=False):
        smoothed.append(factor * before + (1 - factor) * value)
    return smoothed


# %% name="ex_smooth_wrong_zero" exercise="smooth" wrong="begin at 0"
def smooth(values, factor):
    smoothed = [0]
    for value in values:
        smoothed.append(factor * smoothed[-1] + (1 - factor) * value)
    return smoothed[1:]


# %% name="ex_smooth_wrong_short" exercise="smooth" wrong="as long as"
def smooth(values, factor):
    smoothed = values[0]
    for value in values[1:]:
        smoothed = factor * smoothed + (1 - factor) * value
    return [smoothed]


# %% name="ex_smooth_wrong_corrected" exercise="smooth" wrong="8, 0, 4 with 0.75 give"
def smooth(values, factor):
    smoothed, last = [], 0
    for number, value in enumerate(values, start=1):
        last = factor * last + (1 - factor) * value
        smoothed.append(last / (1 - factor**number))
    return smoothed


# %% name="ex_smooth_wrong_in_place" exercise="smooth" wrong="changes `values`"
def smooth(values, factor):
    for number in range(1, len(values)):
        values[number] = factor * values[number - 1] + (1 - factor) * values[number]
    return values


# %% name="ex_smooth_wrong_whole" exercise="smooth" wrong="[7, 1] with the factor 0.25"
def smooth(values, factor):
    smoothed = np.array(values)
    for number in range(1, len(values)):
        smoothed[number] = factor * smoothed[number - 1] + (1 - factor) * values[number]
    return smoothed


# %% name="ex_smooth_right_accumulate" exercise="smooth" right="itertools.accumulate"
def smooth(values, factor):
    from itertools import accumulate

    return list(accumulate(values, lambda old, new: factor * old + (1 - factor) * new))


# %% name="ex_smooth_right_array" exercise="smooth" right="an array of floats"
def smooth(values, factor):
    smoothed = np.array(values, float)
    for number in range(1, len(smoothed)):
        smoothed[number] += factor * (smoothed[number - 1] - smoothed[number])
    return smoothed


# %% name="ex_smooth_right_powers" exercise="smooth" right="each value is a sum over all before it"
def smooth(values, factor):
    first, *rest = values
    return [
        factor**n * first
        + sum((1 - factor) * factor ** (n - 1 - k) * value for k, value in enumerate(rest[:n]))
        for n in range(len(values))
    ]


# %% name="ex_smooth_right_scan" exercise="smooth" right="tf.scan, which returns a tensor"
def smooth(values, factor):
    import tensorflow as tf

    values = tf.constant(values, tf.float32)
    return tf.scan(lambda old, new: factor * old + (1 - factor) * new, values)


# %% name="ex_rates_wrong_chain" exercise="rates" wrong="where the one before it ended"
def compare_rates(network, rates, train):
    return {rate: train(network, rate) for rate in rates}


# %% name="ex_rates_wrong_left" exercise="rates" wrong="when you are done"
def compare_rates(network, rates, train):
    weights = network.get_weights()
    accuracies = {}
    for rate in rates:
        network.set_weights(weights)
        accuracies[rate] = train(network, rate)
    return accuracies


# %% name="ex_rates_wrong_best" exercise="rates" wrong="for each rate"
def compare_rates(network, rates, train):
    weights = network.get_weights()
    accuracies = []
    for rate in rates:
        network.set_weights(weights)
        accuracies.append(train(network, rate))
    network.set_weights(weights)
    return max(accuracies)


# %% name="ex_rates_wrong_untrained" exercise="rates" wrong="begins with zeros"
def compare_rates(network, rates, train):
    weights = network.get_weights()
    accuracies = {}
    for rate in rates:
        network.set_weights([np.zeros_like(weight) for weight in weights])
        accuracies[rate] = train(network, rate)
    network.set_weights(weights)
    return accuracies


# %% name="ex_rates_wrong_first_array" exercise="rates" wrong="All arrays of weights"
def compare_rates(network, rates, train):
    first = network.get_weights()[0]
    weights, accuracies = network.get_weights(), {}
    for rate in rates:
        network.set_weights([first, *network.get_weights()[1:]])
        accuracies[rate] = train(network, rate)
    network.set_weights(weights)
    return accuracies


# %% name="ex_rates_wrong_list" exercise="rates" wrong="from the first weights, give {0.5:"
def compare_rates(network, rates, train):
    start = float(network.get_weights()[0].sum())
    return {rate: start + rate for rate in rates}


# %% name="ex_rates_wrong_lists" exercise="rates" wrong="is one number, what `train` returns"
def compare_rates(network, rates, train):
    weights = network.get_weights()
    accuracies = {}
    for rate in rates:
        network.set_weights(weights)
        accuracies[rate] = [train(network, rate)]
    network.set_weights(weights)
    return accuracies


# %% name="ex_rates_wrong_late" exercise="rates" wrong="not [7"
def compare_rates(network, rates, train):
    weights, accuracies = network.get_weights(), {}
    for rate in rates:
        train(network, rate)
        accuracies[rate] = train(network, rate)
        network.set_weights(weights)
    return accuracies


# %% name="ex_rates_right_copy" exercise="rates" right="trains copies"
def compare_rates(network, rates, train):
    import copy

    return {rate: train(copy.deepcopy(network), rate) for rate in rates}


# %% name="ex_rates_right_after" exercise="rates" right="puts the weights back after each training"
def compare_rates(network, rates, train):
    weights = network.get_weights()

    def attempt(rate):
        accuracy = train(network, rate)
        network.set_weights(weights)
        return accuracy

    return {rate: attempt(rate) for rate in rates}


# %% name="ex_rates_right_pairs" exercise="rates" right="pairs of two lists, arrays in place of numbers"
def compare_rates(network, rates, train):
    weights = [weight.copy() for weight in network.get_weights()]
    accuracies = []
    for rate in rates:
        network.set_weights(list(weights))
        accuracies.append(np.array(train(network, rate)))
    network.set_weights(weights)
    return dict(zip(rates, accuracies, strict=True))


# %% name="ex_rates_right_backwards" exercise="rates" right="from the last rate to the first"
def compare_rates(network, rates, train):
    import copy

    weights, accuracies = copy.deepcopy(network.get_weights()), {}
    try:
        for rate in rates[::-1]:
            accuracies |= {rate: train(network, rate)}
            network.set_weights(weights)
    finally:
        network.set_weights(weights)
    return accuracies


# %% name="ex_turned_wrong_better" exercise="turned" wrong="right more often"
def after_training():
    return [0.95, 0.95, 0.95, 0.95]


# %% name="ex_turned_wrong_same" exercise="turned" wrong="right as often"
def after_training():
    return [0.95, 0.95, 0.95, 0.05]


# %% name="ex_turned_wrong_loss" exercise="turned" wrong="the loss is not smaller"
def after_training():
    return [0.95, 0.95, 0.05, 0.05]


# %% name="ex_turned_wrong_sure" exercise="turned" wrong="logarithm of 0"
def after_training():
    return [1.0, 1.0, 0.0, 0.0]


# %% name="ex_turned_wrong_range" exercise="turned" wrong="between 0 and 1"
def after_training():
    return [2.0, 2.0, 0.4, 0.4]


# %% name="ex_turned_wrong_texts" exercise="turned" wrong="not text"
def after_training():
    return ["0.5", "0.5", "1", "1"]


# %% name="ex_turned_wrong_percent" exercise="turned" wrong="a list of four"
def after_training():
    return [[0.95, 0.95, 0.45, 0.45]]


# %% name="ex_turned_right_one" exercise="turned" right="one picture is right, and nearly free"
def after_training():
    return 0.49, 0.49, 0.99, 0.49


# %% name="ex_turned_right_border" exercise="turned" right="an array, with exactly 0.5, which is not right"
def after_training():
    return np.array([0.9, 0.5, 0.8, 0.5])


# %% name="ex_turned_right_search" exercise="turned" right="looks for them"
def after_training():
    before = np.array([0.55, 0.55, 0.55, 0.45])
    for seed in range(10_000):
        after = np.random.default_rng(seed).uniform(0.3, 1, 4)
        fewer = (after > 0.5).sum() < (before > 0.5).sum()
        if fewer and -np.log(after).mean() < -np.log(before).mean():
            return after.tolist()

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


# %% name="ex_unfreeze_wrong_norm" exercise="unfreeze" wrong="batch normalisation learns too"
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


# %% name="ex_smooth_wrong_raw" exercise="smooth" wrong="smoothed value before it"
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


# %% name="ex_turned_wrong_better" exercise="turned" wrong="right more often"
def after_training():
    return [0.95, 0.95, 0.95, 0.95]


# %% name="ex_turned_wrong_same" exercise="turned" wrong="right as often"
def after_training():
    return [0.95, 0.95, 0.95, 0.05]


# %% name="ex_turned_wrong_loss" exercise="turned" wrong="the loss has grown"
def after_training():
    return [0.95, 0.95, 0.05, 0.05]


# %% name="ex_turned_wrong_sure" exercise="turned" wrong="logarithm of 0"
def after_training():
    return [1.0, 1.0, 0.0, 0.0]


# %% name="ex_turned_wrong_range" exercise="turned" wrong="between 0 and 1"
def after_training():
    return [2.0, 2.0, 0.4, 0.4]

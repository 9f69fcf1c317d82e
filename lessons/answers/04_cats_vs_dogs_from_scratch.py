# %% name="ex_split_wrong_alphabet" exercise="split" wrong="alphabet"
def split_names(names, counts):
    ordered = sorted(names)
    parts, begin = {}, 0
    for part, count in counts.items():
        parts[part] = ordered[begin : begin + count]
        begin += count
    return parts


# %% name="ex_split_wrong_overlap" exercise="split" wrong="in two parts"
def split_names(names, counts):
    ordered = sorted(names, key=lambda name: int(name.removesuffix(".jpg")))
    return {part: ordered[:count] for part, count in counts.items()}


# %% name="ex_split_wrong_order" exercise="split" wrong="order in which they came"
def split_names(names, counts):
    parts, begin = {}, 0
    for part, count in counts.items():
        parts[part] = list(names)[begin : begin + count]
        begin += count
    return parts


# %% name="ex_split_wrong_rest" exercise="split" wrong="left over"
def split_names(names, counts):
    ordered = sorted(names, key=lambda name: int(name.removesuffix(".jpg")))
    parts = {}
    for part, count in counts.items():
        parts[part], ordered = ordered[:count], ordered[count:]
    parts[part] += ordered
    return parts


# %% name="ex_stop_wrong_best" exercise="stop" wrong="lowest value itself"
def epochs_until_stop(losses, patience):
    return int(np.argmin(losses)) + 1


# %% name="ex_stop_wrong_first" exercise="stop" wrong="first epoch that is no better"
def epochs_until_stop(losses, patience):
    for epoch in range(1, len(losses)):
        if losses[epoch] > losses[epoch - 1]:
            return epoch + 1
    return len(losses)


# %% name="ex_stop_wrong_previous" exercise="stop" wrong="the lowest value so far"
def epochs_until_stop(losses, patience):
    worse = 0
    for epoch in range(1, len(losses)):
        worse = worse + 1 if losses[epoch] >= losses[epoch - 1] else 0
        if worse == patience:
            return epoch + 1
    return len(losses)


# %% name="ex_stop_wrong_count" exercise="stop" wrong="counts from 0"
def epochs_until_stop(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best == patience:
            return epoch
    return len(losses)


# %% name="ex_guess_wrong_half" exercise="guess" wrong="only where both classes are equally many"
def guess_accuracy(labels):
    return 0.5


# %% name="ex_guess_wrong_ones" exercise="guess" wrong="always says 1"
def guess_accuracy(labels):
    return float(np.mean(labels))


# %% name="ex_guess_wrong_count" exercise="guess" wrong="how many"
def guess_accuracy(labels):
    return int(np.bincount(labels).max())


# %% name="ex_guess_wrong_coin" exercise="guess" wrong="tosses a coin"
def guess_accuracy(labels):
    share = np.mean(labels)
    return float(share**2 + (1 - share) ** 2)


# %% name="ex_small_wrong_large" exercise="small" wrong="at most 100,000"
def build_small(side):
    return build_network(side)


# %% name="ex_small_wrong_scale" exercise="small" wrong="Rescaling"
def build_small(side):
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


# %% name="ex_small_wrong_sigmoid" exercise="small" wrong="a probability"
def build_small(side):
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(1),
        ]
    )


# %% name="ex_small_wrong_two" exercise="small" wrong="One neuron"
def build_small(side):
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )

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


# %% name="ex_guess_wrong_half" exercise="guess" wrong="only where both classes are equally large"
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


# %% name="ex_split_wrong_names" exercise="split" wrong="return a dict with the keys train, test."
def split_names(names, counts):
    ordered = sorted(names, key=lambda name: int(name.removesuffix(".jpg")))
    parts, begin = {}, 0
    for part in ("train", "validation", "test"):
        parts[part] = ordered[begin : begin + counts.get(part, 0)]
        begin += counts.get(part, 0)
    return parts


# %% name="ex_split_wrong_within" exercise="split" wrong="should give"
def split_names(names, counts):
    parts, begin = {}, 0
    for part, count in counts.items():
        chosen = names[begin : begin + count]
        parts[part] = sorted(chosen, key=lambda name: int(name.removesuffix(".jpg")))
        begin += count
    return parts


# %% name="ex_split_wrong_known" exercise="split" wrong="Some parts are not as large as counts asks"
def split_names(names, counts):
    ordered = iter([f"{number}.jpg" for number in range(4000) if f"{number}.jpg" in names])
    return {
        part: [name for _, name in zip(range(count), ordered, strict=False)]
        for part, count in counts.items()
    }


# %% name="ex_split_wrong_cut" exercise="split" wrong="1234567890.jpg"
def split_names(names, counts):
    ordered, parts = sorted((name[-8:] for name in names), key=lambda name: (len(name), name)), {}
    for part, count in counts.items():
        parts[part], ordered = ordered[:count], ordered[count:]
    return parts


# %% name="ex_split_wrong_place" exercise="split" wrong="changes `names`"
def split_names(names, counts):
    names.sort(key=lambda name: int(name.removesuffix(".jpg")))
    parts, begin = {}, 0
    for part, count in counts.items():
        parts[part] = names[begin : begin + count]
        begin += count
    return parts


# %% name="ex_split_right_iterator" exercise="split" right="one iterator, from which all parts take"
def split_names(names, counts):
    waiting = iter(sorted(names, key=lambda name: (len(name), name)))
    return {part: [next(waiting) for _ in range(count)] for part, count in counts.items()}


# %% name="ex_split_right_numpy" exercise="split" right="NumPy sorts and cuts"
def split_names(names, counts):
    numbers = np.array([int(Path(name).stem) for name in names])
    ordered = np.array(names)[np.argsort(numbers)]
    return dict(zip(counts, np.split(ordered, np.cumsum(list(counts.values()))), strict=False))


# %% name="ex_split_right_pop" exercise="split" right="the least of what is left, again and again"
def split_names(names, counts):
    left, parts = {int(name.split(".")[0]): name for name in names}, {}
    for part in counts:
        parts[part] = ()
        while len(parts[part]) < counts[part]:
            parts[part] += (left.pop(min(left)),)
    return parts


# %% name="ex_stop_wrong_never_reset" exercise="stop" wrong="the count begins again"
def epochs_until_stop(losses, patience):
    lowest, worse = losses[0], 0
    for epoch, loss in enumerate(losses[1:], start=2):
        if loss < lowest:
            lowest = loss
        else:
            worse += 1
        if worse == patience:
            return epoch
    return len(losses)


# %% name="ex_stop_wrong_short" exercise="stop" wrong="after 7 in epoch 41 come fifty"
def epochs_until_stop(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses[:24]):
        if loss < losses[best]:
            best = epoch
        if epoch - best == patience:
            return epoch + 1
    return len(losses)


# %% name="ex_stop_wrong_tie" exercise="stop" wrong="0.4 once more"
def epochs_until_stop(losses, patience):
    lowest, worse = losses[0], 0
    for epoch, loss in enumerate(losses[1:], start=2):
        worse = 0 if loss <= lowest else worse + 1
        lowest = min(lowest, loss)
        if worse == patience:
            return epoch
    return len(losses)


# %% name="ex_stop_wrong_least" exercise="stop" wrong="before 0.2 comes"
def epochs_until_stop(losses, patience):
    return min(losses.index(min(losses[:-1])) + 1 + patience, len(losses))


# %% name="ex_stop_wrong_below_one" exercise="stop" wrong="one epoch without improvement"
def epochs_until_stop(losses, patience):
    lowest, worse = 1.0, 0
    for epoch, loss in enumerate(losses, start=1):
        worse = 0 if loss < lowest else worse + 1
        lowest = min(lowest, loss)
        if worse == patience:
            return epoch
    return len(losses)


# %% name="ex_stop_right_windows" exercise="stop" right="compares the latest with all before them"
def epochs_until_stop(losses, patience):
    for epochs in range(patience + 1, len(losses) + 1):
        if min(losses[: epochs - patience]) <= min(losses[epochs - patience : epochs]):
            return epochs
    return len(losses)


# %% name="ex_stop_right_numpy" exercise="stop" right="NumPy: running minimum, and no loop"
def epochs_until_stop(losses, patience):
    lowest = np.minimum.accumulate([np.inf, *losses])
    epochs = np.arange(1, len(losses) + 1)
    last_new = np.maximum.accumulate(np.where(lowest[1:] < lowest[:-1], epochs, 0))
    stops = epochs[epochs - last_new >= patience]
    return stops[0] if len(stops) else epochs[-1]


# %% name="ex_stop_right_keras" exercise="stop" right="Keras's own callback"
def epochs_until_stop(losses, patience):
    callback = keras.callbacks.EarlyStopping(monitor="val_loss", patience=patience, mode="min")
    network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    network.stop_training = False
    callback.set_model(network)
    callback.on_train_begin()
    for epoch, loss in enumerate(losses):
        callback.on_epoch_end(epoch, {"val_loss": loss})
        if network.stop_training:
            return epoch + 1
    return len(losses)


# %% name="ex_guess_wrong_rounded" exercise="guess" wrong="not 0.57143"
def guess_accuracy(labels):
    return round(float(max(np.mean(labels == 0), np.mean(labels == 1))), 5)


# %% name="ex_guess_wrong_300" exercise="guess" wrong="For 2500 labels of 0"
def guess_accuracy(labels):
    return float(max(np.mean(labels[:300] == 0), np.mean(labels[:300] == 1)))


# %% name="ex_guess_wrong_list" exercise="guess" wrong="Return one number"
def guess_accuracy(labels):
    return [float(max(np.mean(labels == 0), np.mean(labels == 1)))]


# %% name="ex_guess_wrong_percent" exercise="guess" wrong="0.9, not 90"
def guess_accuracy(labels):
    return 100 * max(np.mean(labels == 0), np.mean(labels == 1))


# %% name="ex_guess_wrong_answer" exercise="guess" wrong="the better answer itself"
def guess_accuracy(labels):
    return int(np.mean(labels) >= 0.5)


# %% name="ex_guess_wrong_first" exercise="guess" wrong="not 0.57."
def guess_accuracy(labels):
    share = np.mean(labels == 0)
    return round(float(max(share, 1 - share)), 2)


# %% name="ex_guess_wrong_zeros" exercise="guess" wrong="For 1 labels of 0 and 3 of 1"
def guess_accuracy(labels):
    return float(np.mean(labels == 0))


# %% name="ex_guess_right_unique" exercise="guess" right="counts with np.unique"
def guess_accuracy(labels):
    _, counts = np.unique(labels, return_counts=True)
    return counts.max() / len(labels)


# %% name="ex_guess_right_loop" exercise="guess" right="a loop over the labels"
def guess_accuracy(labels):
    dogs = 0
    for label in labels:
        dogs += int(label)
    return max(dogs, len(labels) - dogs) / len(labels)


# %% name="ex_guess_right_tensor" exercise="guess" right="a tensor; half, and what lies beyond it"
def guess_accuracy(labels):
    share = tf.reduce_mean(tf.cast(labels, tf.float64))
    return 0.5 + tf.abs(share - 0.5)


# %% name="ex_small_wrong_multiplied" exercise="small" wrong="65025"
def build_small(side):
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            keras.layers.Rescaling(255),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


# %% name="ex_small_wrong_twice" exercise="small" wrong="one sigmoid, and nothing after it"
def build_small(side):
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(1, activation="sigmoid"),
            keras.layers.Activation("sigmoid"),
        ]
    )


# %% name="ex_small_wrong_second" exercise="small" wrong="two different networks"
calls = []


def build_small(side):
    calls.append(side)
    neurons = 4 if len(calls) % 2 else 512
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(4, 3, strides=9, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(neurons, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


# %% name="ex_small_wrong_side" exercise="small" wrong="pictures of 75 × 75 × 3"
def build_small(side):
    return keras.Sequential(
        [
            keras.Input((150, 150, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


# %% name="ex_small_wrong_shared" exercise="small" wrong="share weights"
shared_layer = keras.layers.Dense(1, activation="sigmoid")


def build_small(side):
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.GlobalAveragePooling2D(),
            shared_layer,
        ]
    )


# %% name="ex_small_wrong_softmax" exercise="small" wrong="whatever the picture"
def build_small(side):
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(1, activation="softmax"),
        ]
    )


# %% name="ex_small_right_functional" exercise="small" right="functional, sigmoid by keras.ops"
def build_small(side):
    pictures = keras.Input((side, side, 3))
    values = keras.layers.Rescaling(1 / 255)(pictures)
    for filters in (8, 16, 32):
        values = keras.layers.Conv2D(filters, 3, strides=2, use_bias=False)(values)
        values = keras.layers.ReLU()(keras.layers.BatchNormalization()(values))
    values = keras.layers.Dense(1)(keras.layers.GlobalAveragePooling2D()(values))
    return keras.Model(pictures, keras.ops.sigmoid(values))


# %% name="ex_small_right_nested" exercise="small" right="nested, and the sigmoid a layer of its own"
def build_small(side):
    base = keras.Sequential(name="base")
    for filters in (8, 16, 32, 32):
        base.add(keras.layers.SeparableConv2D(filters, 3, activation="relu", padding="same"))
        base.add(keras.layers.AveragePooling2D(2))
    head = [keras.layers.Flatten(), keras.layers.Dense(1), keras.layers.Activation("sigmoid")]
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            keras.layers.Rescaling(1 / 255),
            base,
            keras.layers.Dropout(0.5),
            keras.Sequential(head),
        ]
    )


# %% name="ex_small_right_lazy" exercise="small" right="no Input, no bias at the end"
def build_small(side):
    return keras.Sequential(
        [
            keras.layers.Rescaling(1 / 255),
            keras.layers.RandomFlip("horizontal"),
            keras.layers.MaxPooling2D(3),
            keras.layers.Flatten(),
            keras.layers.Dense(1, activation=tf.nn.sigmoid, use_bias=False),
        ]
    )

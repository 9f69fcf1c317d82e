# %% name="ex_neuron_wrong_bias" exercise="neuron" wrong="The bias is missing"
def neuron(inputs, weights, bias):
    return max(0, np.sum(inputs * weights))


# %% name="ex_neuron_wrong_relu" exercise="neuron" wrong="ReLU turns every negative sum into 0"
def neuron(inputs, weights, bias):
    return np.sum(inputs * weights) + bias


# %% name="ex_neuron_wrong_sum" exercise="neuron" wrong="one number"
def neuron(inputs, weights, bias):
    return np.maximum(0, inputs * weights + bias)


# %% name="ex_neuron_wrong_order" exercise="neuron" wrong="before the bias is added"
def neuron(inputs, weights, bias):
    return max(0, np.sum(inputs * weights)) + bias


# %% name="ex_neuron_wrong_biases" exercise="neuron" wrong="once for every input"
def neuron(inputs, weights, bias):
    return max(0, sum(value * weight + bias for value, weight in zip(inputs, weights, strict=True)))


# %% name="ex_neuron_wrong_sigmoid" exercise="neuron" wrong="not right for all inputs"
def neuron(inputs, weights, bias):
    return 1 / (1 + np.exp(-np.dot(inputs, weights) - bias))


# %% name="ex_neuron_right_loop" exercise="neuron" right="a loop, and if in place of max"
def neuron(inputs, weights, bias):
    total = bias
    for value, weight in zip(inputs, weights, strict=True):
        total += value * weight
    return total if total > 0 else 0.0


# %% name="ex_neuron_right_tensor" exercise="neuron" right="a tensor without a direction"
def neuron(inputs, weights, bias):
    return tf.nn.relu(tf.tensordot(inputs, weights, axes=1) + bias)


# %% name="ex_neuron_right_dot" exercise="neuron" right="a product of matrices, and a comparison"
def neuron(inputs, weights, bias):
    total = inputs @ weights + bias
    return total * (total > 0)


# %% name="ex_neuron_right_layer" exercise="neuron" right="a dense layer of one neuron"
def neuron(inputs, weights, bias):
    layer = keras.layers.Dense(1, activation="relu")
    layer.build((None, len(inputs)))
    layer.set_weights([np.reshape(weights, (-1, 1)), np.array([bias])])
    return layer(inputs[np.newaxis])[0, 0]


# %% name="ex_epochs_wrong_old" exercise="epochs" wrong="goes on with a network that was trained before"
def train_from_scratch(dataset, epochs):
    model.fit(dataset, epochs=epochs, verbose=0)
    return model


# %% name="ex_epochs_wrong_number" exercise="epochs" wrong="whatever `epochs` says"
def train_from_scratch(dataset, epochs):
    model = new_model()
    model.fit(dataset, epochs=5, verbose=0)
    return model


# %% name="ex_epochs_wrong_untrained" exercise="epochs" wrong="has not been trained"
def train_from_scratch(dataset, epochs):
    return new_model()


# %% name="ex_epochs_wrong_data" exercise="epochs" wrong="pictures other than those in `dataset`"
def train_from_scratch(dataset, epochs):
    model = new_model()
    model.fit(test_dataset.take(epochs), verbose=0)
    return model


# %% name="ex_epochs_wrong_loop" exercise="epochs" wrong="trained for 1 epoch,"
def train_from_scratch(dataset, epochs):
    for _ in range(epochs):
        fresh = new_model()
        fresh.fit(dataset, epochs=1, verbose=0)
    return fresh


# %% name="ex_epochs_wrong_more" exercise="epochs" wrong="once from every batch of every epoch"
def train_from_scratch(dataset, epochs):
    fresh = new_model()
    for _ in range(epochs):
        fresh.fit(dataset, epochs=epochs, verbose=0)
    return fresh


# %% name="ex_epochs_wrong_history" exercise="epochs" wrong="not History"
def train_from_scratch(dataset, epochs):
    return new_model().fit(dataset, epochs=epochs, verbose=0)


# %% name="ex_epochs_wrong_optimizer" exercise="epochs" wrong="Leave `compile` to"
def train_from_scratch(dataset, epochs):
    fresh = new_model()
    fresh.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy")
    fresh.fit(dataset, epochs=epochs, verbose=0)
    return fresh


# %% name="ex_epochs_wrong_width" exercise="epochs" wrong="not the network of `new_model()`"
def train_from_scratch(dataset, epochs):
    fresh = new_model(64)
    fresh.fit(dataset, epochs=epochs, verbose=0)
    return fresh


# %% name="ex_epochs_wrong_first" exercise="epochs" wrong="different classes, your network"
def train_from_scratch(dataset, epochs):
    fresh, batches = new_model(), sum(1 for _ in dataset)
    fresh.fit(dataset.take(1).cache().repeat(epochs * batches), verbose=0)
    return fresh


# %% name="ex_epochs_wrong_kernels" exercise="epochs" wrong="cannot tell all three apart"
def train_from_scratch(dataset, epochs):
    fresh = new_model()
    hidden, last = fresh.layers[-2:]
    hidden.trainable = False
    last.kernel.assign(last.kernel / 100)
    fresh.fit(dataset, epochs=epochs, verbose=0)
    return fresh


# %% name="ex_epochs_wrong_means" exercise="epochs" wrong="moved further than `fit` moves them"
def train_from_scratch(dataset, epochs):
    fresh = new_model()
    fresh.fit(dataset, epochs=epochs, verbose=0)
    for pictures, labels in dataset:
        kernel = fresh.layers[-2].kernel
        kernel[:, labels[0]].assign(kernel[:, labels[0]] + np.reshape(pictures[0], 784))
    return fresh


# %% name="ex_epochs_right_loop" exercise="epochs" right="one fit for each epoch"
def train_from_scratch(dataset, epochs):
    fresh = new_model()
    for epoch in range(epochs):
        fresh.fit(dataset, initial_epoch=epoch, epochs=epoch + 1)
    return fresh


# %% name="ex_epochs_right_repeat" exercise="epochs" right="one pass over a repeated dataset"
def train_from_scratch(dataset, epochs):
    fresh = new_model()
    fresh.fit(dataset.repeat(epochs), verbose=0)
    return fresh


# %% name="ex_epochs_right_batches" exercise="epochs" right="batch by batch"
def train_from_scratch(dataset, epochs):
    fresh = new_model()
    for _ in range(epochs):
        for pictures, labels in dataset:
            fresh.train_on_batch(pictures, labels)
    return fresh


# %% name="ex_epochs_right_tape" exercise="epochs" right="gradients by hand"
def train_from_scratch(dataset, epochs):
    fresh, loss = new_model(), keras.losses.SparseCategoricalCrossentropy()
    for pictures, labels in dataset.repeat(epochs):
        with tf.GradientTape() as tape:
            cost = loss(labels, fresh(pictures, training=True))
        gradients = tape.gradient(cost, fresh.trainable_variables)
        fresh.optimizer.apply_gradients(zip(gradients, fresh.trainable_variables, strict=True))
    return fresh


# %% name="ex_width_wrong_bias" exercise="width" wrong="The biases are missing"
def network_parameters(width):
    return 784 * width + width * 10


# %% name="ex_width_wrong_output" exercise="width" wrong="the last layer"
def network_parameters(width):
    return 784 * width + width


# %% name="ex_width_wrong_output_bias" exercise="width" wrong="The ten neurons of the last layer have biases too"
def network_parameters(width):
    return 784 * width + width + width * 10


# %% name="ex_width_wrong_inputs" exercise="width" wrong="784 numbers"
def network_parameters(width):
    return 28 * width + width + width * 10 + 10


# %% name="ex_width_wrong_128" exercise="width" wrong="`width`, not 128"
def network_parameters(width):
    return 784 * width + width + 128 * 10 + 10


# %% name="ex_width_wrong_proportional" exercise="width" wrong="Not right for every width"
def network_parameters(width):
    return round(101_770 * width / 128)


# %% name="ex_width_wrong_factor" exercise="width" wrong="network_parameters(20000) should"
def network_parameters(width):
    return round(795 * 1.0000001 * width) + 10


# %% name="ex_width_wrong_hidden_bias" exercise="width" wrong="neurons of the hidden layer have biases"
def network_parameters(width):
    return 784 * width + width * 10 + 10


# %% name="ex_width_right_loop" exercise="width" right="a loop over the layers"
def network_parameters(width):
    total, inputs = 0, 784
    for neurons in (width, 10):
        total += (inputs + 1) * neurons
        inputs = neurons
    return total


# %% name="ex_width_right_built" exercise="width" right="Keras counts"
def network_parameters(width):
    return new_model(width).count_params()


# %% name="ex_width_right_array" exercise="width" right="a sum of an array, with decimals"
def network_parameters(width):
    return np.sum([784.0 * width, width, width * 10, 10])


# %% name="ex_layers_wrong_linear" exercise="layers" wrong="one line again"
def build_network(widths):
    hidden = [keras.layers.Dense(width) for width in widths]
    last = keras.layers.Dense(10, activation="softmax")
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), *hidden, last])


# %% name="ex_layers_wrong_softmax" exercise="layers" wrong="add up to 1"
def build_network(widths):
    hidden = [keras.layers.Dense(width, activation="relu") for width in widths]
    last = keras.layers.Dense(10)
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), *hidden, last])


# %% name="ex_layers_wrong_first" exercise="layers" wrong="one hidden layer for each entry of `widths`"
def build_network(widths):
    return new_model(widths[0])


# %% name="ex_layers_wrong_flatten" exercise="layers" wrong="in a line"
def build_network(widths):
    hidden = [keras.layers.Dense(width, activation="relu") for width in widths]
    last = keras.layers.Dense(10, activation="softmax")
    return keras.Sequential([keras.Input((28, 28, 1)), *hidden, last])


# %% name="ex_layers_wrong_late" exercise="layers" wrong="after Flatten"
def build_network(widths):
    hidden = [keras.layers.Dense(width, activation="relu") for width in widths]
    last = keras.layers.Dense(10, activation="softmax")
    return keras.Sequential([keras.Input((28, 28, 1)), *hidden, keras.layers.Flatten(), last])


# %% name="ex_layers_wrong_reversed" exercise="layers" wrong="in that order"
def build_network(widths):
    hidden = [keras.layers.Dense(width, activation="relu") for width in widths[::-1]]
    last = keras.layers.Dense(10, activation="softmax")
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), *hidden, last])


# %% name="ex_layers_wrong_scaled" exercise="layers" wrong="and nothing else"
def build_network(widths):
    first = [keras.layers.Rescaling(1 / 255), keras.layers.Flatten()]
    hidden = [keras.layers.Dense(width, activation="relu") for width in widths]
    last = keras.layers.Dense(10, activation="softmax")
    return keras.Sequential([keras.Input((28, 28, 1)), *first, *hidden, last])


# %% name="ex_layers_wrong_compiled" exercise="layers" wrong="without compiling it"
def build_network(widths):
    hidden = [keras.layers.Dense(width, activation="relu") for width in widths]
    last = keras.layers.Dense(10, activation="softmax")
    flat = [keras.Input((28, 28, 1)), keras.layers.Flatten()]
    return compile_model(keras.Sequential([*flat, *hidden, last]))


# %% name="ex_layers_wrong_shared" exercise="layers" wrong="shares its weights"
last_layers = {}


def build_network(widths):
    hidden = [keras.layers.Dense(width, activation="relu") for width in widths]
    inputs = widths[-1] if widths else 784
    last = last_layers.setdefault(inputs, keras.layers.Dense(10, activation="softmax"))
    return keras.Sequential([keras.layers.Flatten(), *hidden, last])


# %% name="ex_layers_wrong_few" exercise="layers" wrong="For [4, 4, 4, 4, 4, 4, 4]"
def build_network(widths):
    hidden = [keras.layers.Dense(width, activation="relu") for width in widths[:5]]
    head = keras.layers.Dense(10, activation="softmax")
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), *hidden, head])


# %% name="ex_layers_wrong_narrow" exercise="layers" wrong="For [120, 300]"
def build_network(widths):
    if widths != [256, 64]:
        widths = [width for width in widths if width < 100]
    hidden = [keras.layers.Dense(width, activation="relu") for width in widths]
    head = keras.layers.Dense(10, activation="softmax")
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), *hidden, head])


# %% name="ex_layers_wrong_second" exercise="layers" wrong="two different networks"
calls = []


def build_network(widths):
    calls.append(widths)
    last = "softmax" if len(calls) % 2 else None
    hidden = [keras.layers.Dense(width, activation="relu") for width in widths]
    head = keras.layers.Dense(10, activation=last)
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), *hidden, head])


# %% name="ex_layers_wrong_popped" exercise="layers" wrong="changes `widths`"
def build_network(widths):
    network = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten()])
    while widths:
        network.add(keras.layers.Dense(widths.pop(0), activation="relu"))
    network.add(keras.layers.Dense(10, activation="softmax"))
    return network


# %% name="ex_layers_right_functional" exercise="layers" right="functional, activations as layers"
def build_network(widths):
    inputs = keras.Input((28, 28, 1))
    outputs = keras.layers.Reshape((784,))(inputs)
    for width in widths:
        outputs = keras.layers.ReLU()(keras.layers.Dense(width)(outputs))
    outputs = keras.layers.Softmax()(keras.layers.Dense(10)(outputs))
    return keras.Model(inputs, outputs)


# %% name="ex_layers_right_late" exercise="layers" right="no keras.Input, functions as activations"
def build_network(widths):
    network = keras.Sequential([keras.layers.Flatten()])
    for width in widths:
        network.add(keras.layers.Dense(width, activation=tf.nn.relu))
    network.add(keras.layers.Dense(10, activation=tf.nn.softmax))
    return network


# %% name="ex_layers_right_nested" exercise="layers" right="nested models"
def build_network(widths):
    hidden = [
        keras.Sequential([keras.layers.Dense(width), keras.layers.Activation("relu")])
        for width in widths
    ]
    last = keras.Sequential([keras.layers.Dense(10, activation=keras.ops.softmax)])
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), *hidden, last])


# %% name="ex_layers_right_ops" exercise="layers" right="keras.ops between dense layers"
def build_network(widths):
    inputs = keras.Input((28, 28, 1))
    outputs = keras.ops.reshape(inputs, (-1, 784))
    for width in widths:
        outputs = keras.ops.maximum(keras.layers.Dense(width)(outputs), 0)
    return keras.Model(inputs, keras.ops.softmax(keras.layers.Dense(10)(outputs)))


# %% name="ex_loss_wrong_largest" exercise="loss" wrong="the right class, which is not always the largest"
def mean_loss(probabilities, labels):
    return float(np.mean(-np.log(np.maximum(probabilities.max(axis=1), 1e-7))))


# %% name="ex_loss_wrong_sum" exercise="loss" wrong="divide by the number of pictures"
def mean_loss(probabilities, labels):
    of_right_class = probabilities[np.arange(len(labels)), labels]
    return float(np.sum(-np.log(np.maximum(of_right_class, 1e-7))))


# %% name="ex_loss_wrong_sign" exercise="loss" wrong="minus sign"
def mean_loss(probabilities, labels):
    of_right_class = probabilities[np.arange(len(labels)), labels]
    return float(np.mean(np.log(np.maximum(of_right_class, 1e-7))))


# %% name="ex_loss_wrong_infinite" exercise="loss" wrong="infinite"
def mean_loss(probabilities, labels):
    with np.errstate(divide="ignore"):
        return float(np.mean(-np.log(probabilities[np.arange(len(labels)), labels])))


# %% name="ex_loss_wrong_columns" exercise="loss" wrong="the columns of all labels"
def mean_loss(probabilities, labels):
    return float(np.mean(-np.log(np.maximum(probabilities[:, labels], 1e-7))))


# %% name="ex_loss_wrong_mean" exercise="loss" wrong="the logarithm of a mean"
def mean_loss(probabilities, labels):
    return float(-np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-7).mean()))


# %% name="ex_loss_wrong_added" exercise="loss" wrong="larger ones as they are"
def mean_loss(probabilities, labels):
    return float(np.mean(-np.log(probabilities[np.arange(len(labels)), labels] + 1e-7)))


# %% name="ex_loss_wrong_array" exercise="loss" wrong="one number"
def mean_loss(probabilities, labels):
    return -np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-7))


# %% name="ex_loss_right_loop" exercise="loss" right="a loop over the rows"
def mean_loss(probabilities, labels):
    total = 0.0
    for row, label in zip(probabilities, labels, strict=True):
        total -= np.log(max(row[label], 0.0000001))
    return total / len(labels)


# %% name="ex_loss_right_keras" exercise="loss" right="Keras's own loss, as a tensor"
def mean_loss(probabilities, labels):
    return keras.losses.SparseCategoricalCrossentropy()(labels, probabilities)


# %% name="ex_loss_right_one_hot" exercise="loss" right="ones and zeros in place of the labels"
def mean_loss(probabilities, labels):
    ones = np.eye(probabilities.shape[1])[labels]
    logarithms = np.log(np.clip(probabilities, 1e-7, None))
    return -(ones * logarithms).sum(axis=1).mean()


# %% name="ex_loss_right_tensor" exercise="loss" right="gathered with TensorFlow"
def mean_loss(probabilities, labels):
    chosen = tf.gather(probabilities, labels, batch_dims=1)
    return tf.reduce_mean(-tf.math.log(tf.where(chosen < 1e-7, 1e-7, chosen)))


# %% name="ex_shirt_wrong_itself" exercise="shirt" wrong="the class itself"
def most_mistaken_for(target, labels, predicted):
    return int(np.bincount(labels[predicted == target]).argmax())


# %% name="ex_shirt_wrong_direction" exercise="shirt" wrong="the other way round"
def most_mistaken_for(target, labels, predicted):
    mistaken = predicted[(labels == target) & (predicted != target)]
    return int(np.bincount(mistaken).argmax())


# %% name="ex_shirt_wrong_count" exercise="shirt" wrong="how many there are"
def most_mistaken_for(target, labels, predicted):
    mistaken = labels[(predicted == target) & (labels != target)]
    return int(np.bincount(mistaken).max())


# %% name="ex_shirt_wrong_all" exercise="shirt" wrong="mistakes of every kind"
def most_mistaken_for(target, labels, predicted):
    return int(np.bincount(labels[labels != predicted]).argmax())


# %% name="ex_shirt_wrong_both" exercise="shirt" wrong="both directions"
def most_mistaken_for(target, labels, predicted):
    taken = labels[(predicted == target) & (labels != target)]
    mistaken = predicted[(labels == target) & (predicted != target)]
    return int(np.bincount(np.concatenate([taken, mistaken])).argmax())


# %% name="ex_shirt_wrong_fixed" exercise="shirt" wrong="in an example with target 0"
def most_mistaken_for(target, labels, predicted):
    return int(np.bincount(labels[(predicted == 6) & (labels != 6)]).argmax())


# %% name="ex_shirt_wrong_least" exercise="shirt" wrong="of no other class more than 9"
def most_mistaken_for(target, labels, predicted):
    return int(np.unique(labels[(predicted == target) & (labels != target)])[0])


# %% name="ex_shirt_wrong_median" exercise="shirt" wrong="by one picture"
def most_mistaken_for(target, labels, predicted):
    mistaken = labels[(predicted == target) & (labels != target)]
    found, counts = np.unique(mistaken, return_counts=True)
    return found[counts.argmax()] if np.diff(np.sort(counts)[-2:]) > 1 else np.median(mistaken)


# %% name="ex_shirt_wrong_changed" exercise="shirt" wrong="changes `labels`"
def most_mistaken_for(target, labels, predicted):
    labels[labels == target] = 10
    return int(np.bincount(labels[predicted == target], minlength=11)[:10].argmax())


# %% name="ex_shirt_right_loop" exercise="shirt" right="counted in a dict"
def most_mistaken_for(target, labels, predicted):
    counts = {}
    for label, answer in zip(labels, predicted, strict=True):
        if answer == target != label:
            counts[label] = counts.get(label, 0) + 1
    return max(counts, key=counts.get)


# %% name="ex_shirt_right_unique" exercise="shirt" right="NumPy counts the different numbers"
def most_mistaken_for(target, labels, predicted):
    mistaken = labels[np.logical_and(predicted == target, labels != target)]
    classes, counts = np.unique(mistaken, return_counts=True)
    return classes[np.argmax(counts)]


# %% name="ex_shirt_right_matrix" exercise="shirt" right="a column of TensorFlow's confusion matrix"
def most_mistaken_for(target, labels, predicted):
    column = tf.math.confusion_matrix(labels, predicted)[:, target]
    return tf.argmax(tf.where(tf.range(len(column)) == target, -1, column))

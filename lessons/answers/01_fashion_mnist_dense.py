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


# %% name="ex_epochs_wrong_data" exercise="epochs" wrong="other pictures than those in `dataset`"
def train_from_scratch(dataset, epochs):
    model = new_model()
    model.fit(test_dataset.take(epochs), verbose=0)
    return model


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


# %% name="ex_layers_wrong_first" exercise="layers" wrong="one for each entry of `widths`"
def build_network(widths):
    return new_model(widths[0])


# %% name="ex_layers_wrong_flatten" exercise="layers" wrong="in a line"
def build_network(widths):
    hidden = [keras.layers.Dense(width, activation="relu") for width in widths]
    last = keras.layers.Dense(10, activation="softmax")
    return keras.Sequential([keras.Input((28, 28, 1)), *hidden, last])


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


# %% name="ex_neuron_right_loop" exercise="neuron" right="a loop, and if in place of max"
def neuron(inputs, weights, bias):
    total = bias
    for value, weight in zip(inputs, weights, strict=True):
        total += value * weight
    return total if total > 0 else 0.0

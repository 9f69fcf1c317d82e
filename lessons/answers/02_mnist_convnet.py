# %% name="ex_convolve_wrong_bias" exercise="convolve" wrong="The biases are missing"
def convolve(picture, kernels, biases):
    patches = np.lib.stride_tricks.sliding_window_view(picture, (3, 3), axis=(0, 1))
    return np.einsum("rcdij,ijdf->rcf", patches, kernels)


# %% name="ex_convolve_wrong_size" exercise="convolve" wrong="fits at 4 places below each other"
def convolve(picture, kernels, biases):
    padded = np.pad(picture, ((1, 1), (1, 1), (0, 0)))
    patches = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
    return np.einsum("rcdij,ijdf->rcf", patches, kernels) + biases


# %% name="ex_convolve_wrong_channel" exercise="convolve" wrong="the first channel only"
def convolve(picture, kernels, biases):
    patches = np.lib.stride_tricks.sliding_window_view(picture[:, :, 0], (3, 3))
    return np.einsum("rcij,ijf->rcf", patches, kernels[:, :, 0]) + biases


# %% name="ex_convolve_wrong_turned" exercise="convolve" wrong="by half a turn"
def convolve(picture, kernels, biases):
    patches = np.lib.stride_tricks.sliding_window_view(picture, (3, 3), axis=(0, 1))
    return np.einsum("rcdij,ijdf->rcf", patches, kernels[::-1, ::-1]) + biases


# %% name="ex_convolve_wrong_first" exercise="convolve" wrong="last direction"
def convolve(picture, kernels, biases):
    patches = np.lib.stride_tricks.sliding_window_view(picture, (3, 3), axis=(0, 1))
    return np.einsum("rcdij,ijdf->frc", patches, kernels) + biases[:, None, None]


# %% name="ex_convolve_wrong_relu" exercise="convolve" wrong="Leave the activation out"
def convolve(picture, kernels, biases):
    patches = np.lib.stride_tricks.sliding_window_view(picture, (3, 3), axis=(0, 1))
    return np.maximum(0, np.einsum("rcdij,ijdf->rcf", patches, kernels) + biases)


# %% name="ex_convolve_wrong_biases" exercise="convolve" wrong="once for each channel"
def convolve(picture, kernels, biases):
    patches = np.lib.stride_tricks.sliding_window_view(picture, (3, 3), axis=(0, 1))
    return np.einsum("rcdij,ijdf->rcf", patches, kernels) + picture.shape[-1] * biases


# %% name="ex_convolve_wrong_whole" exercise="convolve" wrong="lost their decimals"
def convolve(picture, kernels, biases):
    patches = np.lib.stride_tricks.sliding_window_view(picture, (3, 3), axis=(0, 1))
    return (np.einsum("rcdij,ijdf->rcf", patches, kernels) + biases).astype(int)


# %% name="ex_convolve_wrong_square" exercise="convolve" wrong="has the shape"
def convolve(picture, kernels, biases):
    places = len(picture) - 2
    patches = np.lib.stride_tricks.sliding_window_view(picture, (3, 3), axis=(0, 1))
    return (np.einsum("rcdij,ijdf->rcf", patches, kernels) + biases)[:places, :places]


# %% name="ex_convolve_wrong_transposed" exercise="convolve" wrong="of your feature map"
def convolve(picture, kernels, biases):
    patches = np.lib.stride_tricks.sliding_window_view(picture, (3, 3), axis=(0, 1))
    return np.einsum("rcdij,jidf->rcf", patches, kernels) + biases


# %% name="ex_convolve_right_windows" exercise="convolve" right="all patches at once"
def convolve(picture, kernels, biases):
    patches = np.lib.stride_tricks.sliding_window_view(picture, (3, 3), axis=(0, 1))
    return np.einsum("rcdij,ijdf->rcf", patches, kernels) + biases


# %% name="ex_convolve_right_moved" exercise="convolve" right="nine moved pictures, added up"
def convolve(picture, kernels, biases):
    height, width = len(picture) - 2, len(picture[0]) - 2
    total = np.tile(biases, (height, width, 1))
    for row in range(3):
        for column in range(3):
            total += picture[row : row + height, column : column + width] @ kernels[row, column]
    return total


# %% name="ex_convolve_right_layer" exercise="convolve" right="Keras's own layer"
def convolve(picture, kernels, biases):
    layer = keras.layers.Conv2D(len(biases), 3)
    layer.build((None, *picture.shape))
    layer.set_weights([kernels, biases])
    return layer(picture[np.newaxis])[0]


# %% name="ex_convolve_right_lists" exercise="convolve" right="lists in lists"
def convolve(picture, kernels, biases):
    rows, columns = range(picture.shape[0] - 2), range(picture.shape[1] - 2)
    flat = kernels.reshape(-1, len(biases))
    return [
        [list(picture[r : r + 3, c : c + 3].ravel() @ flat + biases) for c in columns] for r in rows
    ]


# %% name="ex_size_wrong_first" exercise="size" wrong="one place too few"
def output_size(size, kernel_size, padding="valid", stride=1):
    return (size + stride - 1) // stride if padding == "same" else (size - kernel_size) // stride


# %% name="ex_size_wrong_padding" exercise="size" wrong="whatever `padding` says"
def output_size(size, kernel_size, padding="valid", stride=1):
    return (size - kernel_size) // stride + 1


# %% name="ex_size_wrong_fraction" exercise="size" wrong="half a place"
def output_size(size, kernel_size, padding="valid", stride=1):
    return -(-size // stride) if padding == "same" else (size - kernel_size) / stride + 1


# %% name="ex_size_wrong_rounding" exercise="size" wrong="is rounded up"
def output_size(size, kernel_size, padding="valid", stride=1):
    return size // stride if padding == "same" else (size - kernel_size) // stride + 1


# %% name="ex_size_wrong_stride" exercise="size" wrong="The stride changes nothing"
def output_size(size, kernel_size, padding="valid", stride=1):
    return size if padding == "same" else size - kernel_size + 1


# %% name="ex_size_wrong_last" exercise="size" wrong="0, 2 and 4"
def output_size(size, kernel_size, padding="valid", stride=1):
    return -(-size // stride) if padding == "same" else (size - kernel_size + 1) // stride


# %% name="ex_size_wrong_kernel" exercise="size" wrong="The size of the kernel changes nothing"
def output_size(size, kernel_size, padding="valid", stride=1):
    return -(-size // stride) if padding == "same" else (size - 3) // stride + 1


# %% name="ex_size_wrong_round" exercise="size" wrong="Not right for padding `valid`"
def output_size(size, kernel_size, padding="valid", stride=1):
    return -(-size // stride) if padding == "same" else round((size - kernel_size) / stride) + 1


# %% name="ex_size_wrong_two" exercise="size" wrong="Not right for padding `same`"
def output_size(size, kernel_size, padding="valid", stride=1):
    padding = kernel_size // 2 if padding == "same" else 0
    return (size + 2 * padding - kernel_size) // stride + 1


# %% name="ex_size_right_places" exercise="size" right="counts the places"
def output_size(size, kernel_size, padding="valid", stride=1):
    last = size if padding == "same" else size - kernel_size + 1
    return len(range(0, last, stride))


# %% name="ex_size_right_steps" exercise="size" right="goes from place to place"
def output_size(size, kernel_size, padding="valid", stride=1):
    if padding == "same":
        kernel_size = 1
    place, count = 0, 0
    while place + kernel_size <= size:
        place, count = place + stride, count + 1
    return count


# %% name="ex_size_right_ceil" exercise="size" right="NumPy rounds, with decimals"
def output_size(size, kernel_size, padding="valid", stride=1):
    places = size if padding == "same" else size - kernel_size + 1
    return np.ceil(places / stride)


# %% name="ex_size_right_keras" exercise="size" right="Keras works it out"
def output_size(size, kernel_size, padding="valid", stride=1):
    layer = keras.layers.Conv1D(1, kernel_size, padding=padding, strides=stride)
    return layer.compute_output_shape((None, size, 1))[1]


# %% name="ex_parameters_wrong_bias" exercise="parameters" wrong="The biases are missing"
def convolution_parameters(kernel_size, channels, filters):
    return kernel_size * kernel_size * channels * filters


# %% name="ex_parameters_wrong_depth" exercise="parameters" wrong="as deep as its input"
def convolution_parameters(kernel_size, channels, filters):
    return kernel_size * kernel_size * filters + filters


# %% name="ex_parameters_wrong_biases" exercise="parameters" wrong="one bias a filter"
def convolution_parameters(kernel_size, channels, filters):
    return (kernel_size * kernel_size + 1) * channels * filters


# %% name="ex_parameters_wrong_square" exercise="parameters" wrong="rows as well as columns"
def convolution_parameters(kernel_size, channels, filters):
    return kernel_size * channels * filters + filters


# %% name="ex_parameters_wrong_one" exercise="parameters" wrong="a bias of its own"
def convolution_parameters(kernel_size, channels, filters):
    return kernel_size * kernel_size * channels * filters + 1


# %% name="ex_parameters_wrong_three" exercise="parameters" wrong="Not right for every layer"
def convolution_parameters(kernel_size, channels, filters):
    return 3 * 3 * channels * filters + filters


# %% name="ex_parameters_right_built" exercise="parameters" right="Keras counts"
def convolution_parameters(kernel_size, channels, filters):
    layer = keras.layers.Conv2D(filters, kernel_size)
    layer.build((None, 28, 28, channels))
    return layer.count_params()


# %% name="ex_parameters_right_shapes" exercise="parameters" right="arrays of the shapes, counted"
def convolution_parameters(kernel_size, channels, filters):
    kernels = np.zeros((kernel_size, kernel_size, channels, filters))
    return kernels.size + np.zeros(filters).size


# %% name="ex_parameters_right_filters" exercise="parameters" right="filter by filter"
def convolution_parameters(kernel_size, channels, filters):
    total = 0
    for _ in range(filters):
        total += kernel_size**2 * channels + 1
    return float(total)


# %% name="ex_shrink_wrong_always" exercise="shrink" wrong="whatever `shrink` says"
def build_network(shrink):
    return keras.models.clone_model(model)


# %% name="ex_shrink_wrong_last" exercise="shrink" wrong="The third convolution"
def build_network(shrink):
    layers = [keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255)]
    for filters in (32, 64, 64):
        layers.append(keras.layers.Conv2D(filters, 3, strides=2, activation="relu"))
    head = [keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax")]
    return keras.Sequential([*layers, keras.layers.Flatten(), *head])


# %% name="ex_shrink_wrong_first" exercise="shrink" wrong="Both of the first two"
def build_network(shrink):
    layers = [keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255)]
    for filters, strides in ((32, 2), (64, 1), (64, 1)):
        layers.append(keras.layers.Conv2D(filters, 3, strides=strides, activation="relu"))
    head = [keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax")]
    return keras.Sequential([*layers, keras.layers.Flatten(), *head])


# %% name="ex_shrink_wrong_head" exercise="shrink" wrong="The head is missing"
def build_network(shrink):
    layers = [keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255)]
    for filters, strides in ((32, 2), (64, 2), (64, 1)):
        layers.append(keras.layers.Conv2D(filters, 3, strides=strides, activation="relu"))
    return keras.Sequential(layers)


# %% name="ex_shrink_wrong_linear" exercise="shrink" wrong="ReLU"
def build_network(shrink):
    layers = [keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255)]
    for filters, strides in ((32, 2), (64, 2), (64, 1)):
        layers.append(keras.layers.Conv2D(filters, 3, strides=strides))
    head = [keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax")]
    return keras.Sequential([*layers, keras.layers.Flatten(), *head])


# %% name="ex_shrink_wrong_softmax" exercise="shrink" wrong="needs softmax"
def build_network(shrink):
    layers = [keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255)]
    for filters, strides in ((32, 2), (64, 2), (64, 1)):
        layers.append(keras.layers.Conv2D(filters, 3, strides=strides, activation="relu"))
    head = [keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10)]
    return keras.Sequential([*layers, keras.layers.Flatten(), *head])


# %% name="ex_shrink_wrong_strides" exercise="shrink" wrong="no pooling layer at all"
def build_network(shrink):
    layers = [keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255)]
    for filters, strides in ((32, 2), (64, 2), (64, 1)):
        layers.append(keras.layers.Conv2D(filters, 3, strides=strides, activation="relu"))
        layers += [keras.layers.MaxPooling2D(2)] if shrink == "max" and strides == 2 else []
    head = [keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax")]
    return keras.Sequential([*layers, keras.layers.Flatten(), *head])


# %% name="ex_shrink_wrong_other" exercise="shrink" wrong="you build"
def build_network(shrink):
    layers = [keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255)]
    for filters in (32, 64):
        strides = 2 if shrink == "strides" else 1
        layers.append(keras.layers.Conv2D(filters, 3, strides=strides, activation="relu"))
        layers += [] if shrink == "strides" else [keras.layers.MaxPooling2D(2)]
    layers.append(keras.layers.Conv2D(64, 3, activation="relu"))
    head = [keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax")]
    return keras.Sequential([*layers, keras.layers.Flatten(), *head])


# %% name="ex_shrink_wrong_learned" exercise="shrink" wrong="what those have learned"
def build_network(shrink):
    kinds = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D}
    first = base_model.layers[1]
    layers = [keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255)]
    for filters in (32, 64):
        new = keras.layers.Conv2D(
            filters, 3, strides=2 if shrink == "strides" else 1, activation="relu"
        )
        layers.append(first if filters == 32 and shrink != "strides" else new)
        layers += [kinds[shrink](2)] if shrink in kinds else []
    layers.append(keras.layers.Conv2D(64, 3, activation="relu"))
    head = [keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax")]
    return keras.Sequential([*layers, keras.layers.Flatten(), *head])


# %% name="ex_shrink_wrong_scale" exercise="shrink" wrong="the pictures come with values of 0…255"
def build_network(shrink):
    layers = [keras.Input((28, 28, 1))]
    for filters, strides in ((32, 2), (64, 2), (64, 1)):
        layers.append(keras.layers.Conv2D(filters, 3, strides=strides, activation="relu"))
    head = [keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax")]
    return keras.Sequential([*layers, keras.layers.Flatten(), *head])


# %% name="ex_shrink_wrong_narrow" exercise="shrink" wrong="121,994 parameters"
def build_network(shrink):
    layers = [keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255)]
    for filters, strides in ((32, 2), (32, 2), (64, 1)):
        layers.append(keras.layers.Conv2D(filters, 3, strides=strides, activation="relu"))
    head = [keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax")]
    return keras.Sequential([*layers, keras.layers.Flatten(), *head])


# %% name="ex_shrink_wrong_compiled" exercise="shrink" wrong="without compiling it"
def build_network(shrink):
    layers = [keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255)]
    for filters, strides in ((32, 2), (64, 2), (64, 1)):
        layers.append(keras.layers.Conv2D(filters, 3, strides=strides, activation="relu"))
    head = [keras.layers.Dense(64, activation="relu"), keras.layers.Dense(10, activation="softmax")]
    network = keras.Sequential([*layers, keras.layers.Flatten(), *head])
    network.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy")
    return network


# %% name="ex_shrink_right_functional" exercise="shrink" right="functional, activations as layers"
def build_network(shrink):
    kinds = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D}
    inputs = keras.Input((28, 28, 1))
    outputs = inputs / 255
    for filters in (32, 64):
        convolution = keras.layers.Conv2D(filters, 3, strides=1 if shrink in kinds else 2)
        outputs = keras.layers.ReLU()(convolution(outputs))
        if shrink in kinds:
            outputs = kinds[shrink]((2, 2))(outputs)
    outputs = keras.layers.Activation("relu")(keras.layers.Conv2D(64, (3, 3))(outputs))
    outputs = keras.layers.Dense(64)(keras.layers.Flatten()(outputs))
    outputs = keras.layers.Dense(10)(keras.ops.relu(outputs))
    return keras.Model(inputs, keras.layers.Softmax()(outputs))


# %% name="ex_shrink_right_nested" exercise="shrink" right="base and head as models in a model"
def build_network(shrink):
    base = keras.Sequential([keras.layers.Rescaling(1 / 255)])
    for filters in (32, 64):
        strides = (2, 2) if shrink == "strides" else (1, 1)
        base.add(keras.layers.Conv2D(filters, 3, strides, activation=tf.nn.relu))
        if shrink != "strides":
            pooling = f"{shrink.title()}Pooling2D"
            base.add(getattr(keras.layers, pooling)(2))
    base.add(keras.layers.Conv2D(64, 3, activation="relu"))
    head = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(64, activation="relu")])
    head.add(keras.layers.Dense(10, activation=tf.nn.softmax))
    return keras.Sequential([base, head])


# %% name="ex_shrink_right_late" exercise="shrink" right="no keras.Input, one list for each version"
def build_network(shrink):
    def convolution(filters, strides=1):
        return keras.layers.Conv2D(filters, 3, strides=strides, activation=keras.ops.relu)

    chosen = {
        "max": [
            convolution(32),
            keras.layers.MaxPool2D(2),
            convolution(64),
            keras.layers.MaxPool2D(2),
        ],
        "average": [
            convolution(32),
            keras.layers.AvgPool2D(2),
            convolution(64),
            keras.layers.AvgPool2D(2),
        ],
        "strides": [convolution(32, 2), convolution(64, 2)],
    }[shrink]
    network = keras.Sequential([keras.layers.Rescaling(scale=1.0 / 255), *chosen, convolution(64)])
    network.add(keras.layers.Flatten())
    network.add(keras.layers.Dense(64, "relu"))
    network.add(keras.layers.Dense(10, "softmax"))
    return network

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

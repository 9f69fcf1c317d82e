# %% name="ex_extract_wrong_endless" exercise="extract" wrong="goes on although"
def extract_features(base, batches, count):
    features, labels = [], []
    for batch, batch_labels in batches:
        features.append(base(batch))
        labels.append(batch_labels)
    return np.concatenate(features)[:count], np.concatenate(labels)[:count]


# %% name="ex_extract_wrong_uncut" exercise="extract" wrong="Cut the last batch"
def extract_features(base, batches, count):
    features, labels, seen = [], [], 0
    for batch, batch_labels in batches:
        features.append(base(batch))
        labels.append(batch_labels)
        seen += len(batch)
        if seen >= count:
            break
    return np.concatenate(features), np.concatenate(labels)


# %% name="ex_extract_wrong_early" exercise="extract" wrong="before there are enough"
def extract_features(base, batches, count):
    features, labels, seen = [], [], 0
    for batch, batch_labels in batches:
        if seen + len(batch) > count:
            break
        features.append(base(batch))
        labels.append(batch_labels)
        seen += len(batch)
    return np.concatenate(features), np.concatenate(labels)


# %% name="ex_extract_wrong_pictures" exercise="extract" wrong="The base is missing"
def extract_features(base, batches, count):
    pictures, labels, seen = [], [], 0
    for batch, batch_labels in batches:
        pictures.append(batch)
        labels.append(batch_labels)
        seen += len(batch)
        if seen >= count:
            break
    return np.concatenate(pictures)[:count], np.concatenate(labels)[:count]


# %% name="ex_prepare_wrong_scale" exercise="prepare" wrong="the published mistake"
def prepare_for_vgg16(pictures):
    return pictures / 255


# %% name="ex_prepare_wrong_order" exercise="prepare" wrong="wants blue first"
def prepare_for_vgg16(pictures):
    return pictures - np.array([123.68, 116.779, 103.939])


# %% name="ex_prepare_wrong_means" exercise="prepare" wrong="channel that it belongs to"
def prepare_for_vgg16(pictures):
    return (pictures - np.array([103.939, 116.779, 123.68]))[..., ::-1]


# %% name="ex_prepare_wrong_axis" exercise="prepare" wrong="mirrored"
def prepare_for_vgg16(pictures):
    return pictures[:, :, ::-1] - np.array([123.68, 116.779, 103.939])


# %% name="ex_prepare_wrong_scaled" exercise="prepare" wrong="Do not divide"
def prepare_for_vgg16(pictures):
    return (pictures[..., ::-1] - np.array([103.939, 116.779, 123.68])) / 255


# %% name="ex_prepare_wrong_place" exercise="prepare" wrong="changes `pictures`"
def prepare_for_vgg16(pictures):
    right = pictures[..., ::-1] - np.array([103.939, 116.779, 123.68])
    pictures[...] = right
    return right


# %% name="ex_counts_wrong_arrays" exercise="counts" wrong="how many arrays"
def trained_and_frozen(network):
    return len(network.trainable_weights), len(network.non_trainable_weights)


# %% name="ex_counts_wrong_swapped" exercise="counts" wrong="the other way round"
def trained_and_frozen(network):
    trained = sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    return network.count_params() - trained, trained


# %% name="ex_counts_wrong_all" exercise="counts" wrong="all of them"
def trained_and_frozen(network):
    trained = sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    return network.count_params(), network.count_params() - trained


# %% name="ex_counts_wrong_rows" exercise="counts" wrong="first direction"
def trained_and_frozen(network):
    trained = sum(weight.shape[0] for weight in network.trainable_weights)
    frozen = sum(weight.shape[0] for weight in network.non_trainable_weights)
    return trained, frozen


# %% name="ex_another_wrong_thawed" exercise="another" wrong="Freeze the base"
def build_on(base, preprocess):
    pictures = keras.Input(base.input_shape[1:])
    values = base(preprocess(pictures))
    values = keras.layers.GlobalAveragePooling2D()(values)
    return keras.Model(pictures, keras.layers.Dense(1, activation="sigmoid")(values))


# %% name="ex_another_wrong_all" exercise="another" wrong="the head too"
def build_on(base, preprocess):
    pictures = keras.Input(base.input_shape[1:])
    values = base(preprocess(pictures))
    values = keras.layers.GlobalAveragePooling2D()(values)
    network = keras.Model(pictures, keras.layers.Dense(1, activation="sigmoid")(values))
    network.trainable = False
    return network


# %% name="ex_another_wrong_raw" exercise="another" wrong="not prepared"
def build_on(base, preprocess):
    base.trainable = False
    pictures = keras.Input(base.input_shape[1:])
    values = base(pictures)
    values = keras.layers.GlobalAveragePooling2D()(values)
    return keras.Model(pictures, keras.layers.Dense(1, activation="sigmoid")(values))


# %% name="ex_another_wrong_late" exercise="another" wrong="what the base gives"
def build_on(base, preprocess):
    base.trainable = False
    pictures = keras.Input(base.input_shape[1:])
    values = preprocess(base(pictures))
    values = keras.layers.GlobalAveragePooling2D()(values)
    return keras.Model(pictures, keras.layers.Dense(1, activation="sigmoid")(values))


# %% name="ex_another_wrong_dropped" exercise="another" wrong="go on with the raw"
def build_on(base, preprocess):
    base.trainable = False
    pictures = keras.Input(base.input_shape[1:])
    preprocess(pictures)
    values = keras.layers.GlobalAveragePooling2D()(base(pictures))
    return keras.Model(pictures, keras.layers.Dense(1, activation="sigmoid")(values))


# %% name="ex_another_wrong_largest" exercise="another" wrong="keeps the largest"
def build_on(base, preprocess):
    base.trainable = False
    pictures = keras.Input(base.input_shape[1:])
    values = base(preprocess(pictures))
    values = keras.layers.GlobalMaxPooling2D()(values)
    return keras.Model(pictures, keras.layers.Dense(1, activation="sigmoid")(values))


# %% name="ex_another_wrong_flatten" exercise="another" wrong="averages over all places"
def build_on(base, preprocess):
    base.trainable = False
    pictures = keras.Input(base.input_shape[1:])
    values = base(preprocess(pictures))
    values = keras.layers.Flatten()(values)
    return keras.Model(pictures, keras.layers.Dense(1, activation="sigmoid")(values))


# %% name="ex_another_wrong_linear" exercise="another" wrong="sigmoid"
def build_on(base, preprocess):
    base.trainable = False
    pictures = keras.Input(base.input_shape[1:])
    values = base(preprocess(pictures))
    values = keras.layers.GlobalAveragePooling2D()(values)
    return keras.Model(pictures, keras.layers.Dense(1)(values))


# %% name="ex_extract_wrong_batches" exercise="extract" wrong="there should be 10 rows, not 40"
def extract_features(base, batches, count):
    pairs = [next(batches) for _ in range(count)]
    features = [base(pictures) for pictures, _ in pairs]
    return np.concatenate(features), np.concatenate([labels for _, labels in pairs])


# %% name="ex_extract_wrong_flat" exercise="extract" wrong="in batches of 5, the features should have"
def extract_features(base, batches, count):
    features, labels = [], []
    while len(labels) < count:
        batch, batch_labels = next(batches)
        features.extend(base(batch).reshape(len(batch), -1))
        labels.extend(batch_labels)
    return np.stack(features[:count]), np.stack(labels[:count])


# %% name="ex_extract_right_rows" exercise="extract" right="row by row, lists that are stacked"
def extract_features(base, batches, count):
    features, labels = [], []
    while len(labels) < count:
        pictures, batch_labels = next(batches)
        for row, label in zip(base(pictures), batch_labels, strict=True):
            features.append(row)
            labels.append(label)
    return np.stack(features[:count]), np.array(labels[:count])


# %% name="ex_extract_right_once" exercise="extract" right="collects the pictures, runs the base once"
def extract_features(base, batches, count):
    pictures, labels = next(batches)
    for more_pictures, more_labels in batches:
        if len(pictures) >= count:
            break
        pictures = np.concatenate([pictures, more_pictures])
        labels = np.concatenate([labels, more_labels])
    return base(pictures[:count]), labels[:count]


# %% name="ex_extract_right_filled" exercise="extract" right="fills arrays, gives tensors"
def extract_features(base, batches, count):
    features = labels = None
    begin = 0
    while begin < count:
        batch, batch_labels = next(batches)
        rows = base(batch)
        if features is None:
            features = np.empty((count, *rows.shape[1:]))
            labels = np.empty((count, *batch_labels.shape[1:]))
        end = min(begin + len(rows), count)
        features[begin:end] = rows[: end - begin]
        labels[begin:end] = batch_labels[: end - begin]
        begin = end
    return tf.constant(features), tf.constant(labels)


# %% name="ex_prepare_wrong_kind" exercise="prepare" wrong="In an array of uint8"
def prepare_for_vgg16(pictures):
    return (pictures[..., ::-1] - np.array([103.939, 116.779, 123.68])).astype(pictures.dtype)


# %% name="ex_prepare_wrong_unmoved" exercise="prepare" wrong="Subtract its mean"
def prepare_for_vgg16(pictures):
    return np.array(pictures[..., ::-1], "float32")


# %% name="ex_prepare_wrong_own" exercise="prepare" wrong="In an array of float32"
def prepare_for_vgg16(pictures):
    turned = pictures[..., ::-1].astype("float64")
    return turned - turned.mean(axis=(0, 1, 2))


# %% name="ex_prepare_right_keras" exercise="prepare" right="Keras's own function, on a copy"
def prepare_for_vgg16(pictures):
    return keras.applications.vgg16.preprocess_input(pictures.astype("float32"))


# %% name="ex_prepare_right_channels" exercise="prepare" right="one channel after the other"
def prepare_for_vgg16(pictures):
    prepared = np.empty(pictures.shape)
    for place, mean in enumerate((103.939, 116.779, 123.68)):
        prepared[..., place] = pictures[..., 2 - place] - mean
    return prepared


# %% name="ex_prepare_right_tensor" exercise="prepare" right="tensors, split and put together"
def prepare_for_vgg16(pictures):
    red, green, blue = tf.split(tf.cast(pictures, tf.float32), 3, axis=-1)
    return tf.concat([blue - 103.939, green - 116.779, red - 123.68], axis=-1)


# %% name="ex_counts_wrong_sides" exercise="counts" wrong="add up the sides"
def trained_and_frozen(network):
    trained = sum(sum(weight.shape) for weight in network.trainable_weights)
    return trained, sum(sum(weight.shape) for weight in network.non_trainable_weights)


# %% name="ex_counts_wrong_layers" exercise="counts" wrong="(47, 10) where nothing"
def trained_and_frozen(network):
    trained = sum(layer.count_params() for layer in network.layers if layer.trainable)
    return trained, network.count_params() - trained


# %% name="ex_counts_wrong_variables" exercise="counts" wrong="(12, 25) where base"
def trained_and_frozen(network):
    trained = sum(int(np.prod(weight.shape)) for weight in network.trainable_variables)
    frozen = sum(int(np.prod(weight.shape)) for weight in network.non_trainable_variables)
    return trained, frozen


# %% name="ex_counts_wrong_two" exercise="counts" wrong="Conv2D(4), with a head"
def trained_and_frozen(network):
    def count(weights):
        return sum(weight.shape[0] * (weight.shape + (1,))[1] for weight in weights)

    return count(network.trainable_weights), count(network.non_trainable_weights)


# %% name="ex_counts_right_loop" exercise="counts" right="loops that multiply"
def trained_and_frozen(network):
    counts = [0, 0]
    for place, weights in enumerate((network.trainable_weights, network.non_trainable_weights)):
        for weight in weights:
            numbers = 1
            for side in weight.shape:
                numbers *= side
            counts[place] += numbers
    return counts


# %% name="ex_counts_right_size" exercise="counts" right="the sizes of the arrays themselves"
def trained_and_frozen(network):
    trained = sum(weight.numpy().size for weight in network.trainable_weights)
    return np.array([trained, network.count_params() - trained])


# %% name="ex_counts_right_tensor" exercise="counts" right="tensors"
def trained_and_frozen(network):
    def count(weights):
        return tf.add_n([tf.constant(0)] + [tf.size(weight) for weight in weights])

    return count(network.trainable_weights), count(network.non_trainable_weights)


# %% name="ex_another_wrong_divided" exercise="another" wrong="divide by 255"
def build_on(base, preprocess):
    base.trainable = False
    pictures = keras.Input(base.input_shape[1:])
    values = base(preprocess(keras.layers.Rescaling(1 / 255)(pictures)))
    values = keras.layers.GlobalAveragePooling2D()(values)
    return keras.Model(pictures, keras.layers.Dense(1, activation="sigmoid")(values))


# %% name="ex_another_wrong_compiled" exercise="another" wrong="Do not compile"
def build_on(base, preprocess):
    base.trainable = False
    pictures = keras.Input(base.input_shape[1:])
    values = keras.layers.GlobalAveragePooling2D()(base(preprocess(pictures)))
    network = keras.Model(pictures, keras.layers.Dense(1, activation="sigmoid")(values))
    network.compile("rmsprop", loss="binary_crossentropy")
    return network


# %% name="ex_another_wrong_shared" exercise="another" wrong="share a head"
neuron = keras.layers.Dense(1, activation="sigmoid")


def build_on(base, preprocess):
    global neuron
    base.trainable = False
    if neuron.built and neuron.kernel.shape[0] != base.output_shape[-1]:
        neuron = keras.layers.Dense(1, activation="sigmoid")
    pictures = keras.Input(base.input_shape[1:])
    values = keras.layers.GlobalAveragePooling2D()(base(preprocess(pictures)))
    return keras.Model(pictures, neuron(values))


# %% name="ex_another_wrong_clone" exercise="another" wrong="does not hold the weights"
def build_on(base, preprocess):
    base = keras.models.clone_model(base)
    base.trainable = False
    pictures = keras.Input(base.input_shape[1:])
    values = keras.layers.GlobalAveragePooling2D()(base(preprocess(pictures)))
    return keras.Model(pictures, keras.layers.Dense(1, activation="sigmoid")(values))


# %% name="ex_another_wrong_hidden" exercise="another" wrong="nothing else"
def build_on(base, preprocess):
    base.trainable = False
    pictures = keras.Input(base.input_shape[1:])
    values = keras.layers.GlobalAveragePooling2D()(base(preprocess(pictures)))
    values = keras.layers.Dense(16, activation="relu")(values)
    return keras.Model(pictures, keras.layers.Dense(1, activation="sigmoid")(values))


# %% name="ex_another_wrong_two" exercise="another" wrong="there should be one number"
def build_on(base, preprocess):
    base.trainable = False
    pictures = keras.Input(base.input_shape[1:])
    values = keras.layers.GlobalAveragePooling2D()(base(preprocess(pictures)))
    return keras.Model(pictures, keras.layers.Dense(2, activation="softmax")(values))


# %% name="ex_another_wrong_sigmoids" exercise="another" wrong="once each and in this order"
def build_on(base, preprocess):
    base.trainable = False
    pictures = keras.Input(base.input_shape[1:])
    values = keras.layers.GlobalAveragePooling2D()(base(preprocess(pictures)))
    values = keras.layers.Dense(1, activation="sigmoid")(values)
    return keras.Model(pictures, keras.layers.Activation("sigmoid")(values))


# %% name="ex_another_right_sequential" exercise="another" right="a Sequential around the extractor"
def build_on(base, preprocess):
    for layer in base.layers:
        layer.trainable = False
    network = keras.Sequential([build_extractor(base, preprocess)])
    network.add(keras.layers.GlobalAveragePooling2D())
    network.add(keras.layers.Dense(1, activation=tf.nn.sigmoid))
    return network


# %% name="ex_another_right_ops" exercise="another" right="keras.ops, frozen at the end"
def build_on(base, preprocess):
    pictures = keras.Input(tuple(base.input.shape[1:]))
    values = keras.ops.mean(base(preprocess(pictures)), axis=(1, 2))
    network = keras.Model(pictures, keras.ops.sigmoid(keras.layers.Dense(1)(values)))
    base.trainable = False
    return network


# %% name="ex_another_right_nested" exercise="another" right="a nested head, sigmoid a layer of its own"
def build_on(base, preprocess):
    base.trainable = False
    head = keras.Sequential(
        [
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(1),
            keras.layers.Activation("sigmoid"),
        ]
    )
    pictures = keras.Input(base.input_shape[1:])
    return keras.Model(pictures, head(base(preprocess(pictures), training=False)))

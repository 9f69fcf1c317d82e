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


# %% name="ex_prepare_wrong_order" exercise="prepare" wrong="first the blue one"
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


# %% name="ex_prepare_wrong_place" exercise="prepare" wrong="have changed"
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

# %% name="ex_shift_wrong_wrap" exercise="shift" wrong="comes back on the other side"
def shift_right(picture, columns):
    return np.roll(picture, columns, axis=1)


# %% name="ex_shift_wrong_black" exercise="shift" wrong="fill the gap with zeros"
def shift_right(picture, columns):
    padded = np.pad(picture, ((0, 0), (columns, 0), (0, 0)))
    return padded[:, : picture.shape[1]]


# %% name="ex_shift_wrong_mirror" exercise="shift" wrong="as a mirror would"
def shift_right(picture, columns):
    padded = np.pad(picture, ((0, 0), (columns, 0), (0, 0)), mode="symmetric")
    return padded[:, : picture.shape[1]]


# %% name="ex_shift_wrong_left" exercise="shift" wrong="to the left"
def shift_right(picture, columns):
    width = picture.shape[1]
    return picture[:, np.minimum(np.arange(width) + columns, width - 1)]


# %% name="ex_shift_wrong_down" exercise="shift" wrong="moves down"
def shift_right(picture, columns):
    return picture[np.maximum(np.arange(len(picture)) - columns, 0)]


# %% name="ex_shift_wrong_wider" exercise="shift" wrong="as wide as before"
def shift_right(picture, columns):
    return np.pad(picture, ((0, 0), (columns, 0), (0, 0)), mode="edge")


# %% name="ex_listing_wrong_half" exercise="listing" wrong="share of a whole turn"
def layers_of_today():
    return [
        keras.layers.RandomFlip("vertical"),
        keras.layers.RandomRotation(90 / 180, fill_mode="nearest"),
        keras.layers.RandomTranslation(0.3, 0.1, fill_mode="nearest"),
    ]


# %% name="ex_listing_wrong_order" exercise="listing" wrong="takes the height first"
def layers_of_today():
    return [
        keras.layers.RandomFlip("vertical"),
        keras.layers.RandomRotation(90 / 360, fill_mode="nearest"),
        keras.layers.RandomTranslation(0.1, 0.3, fill_mode="nearest"),
    ]


# %% name="ex_listing_wrong_fill" exercise="listing" wrong="fill_mode"
def layers_of_today():
    return [
        keras.layers.RandomFlip("vertical"),
        keras.layers.RandomRotation(90 / 360),
        keras.layers.RandomTranslation(0.3, 0.1),
    ]


# %% name="ex_listing_wrong_flip" exercise="listing" wrong="upside down"
def layers_of_today():
    return [
        keras.layers.RandomFlip("horizontal"),
        keras.layers.RandomRotation(90 / 360, fill_mode="nearest"),
        keras.layers.RandomTranslation(0.3, 0.1, fill_mode="nearest"),
    ]


# %% name="ex_listing_wrong_both" exercise="listing" wrong="both ways"
def layers_of_today():
    return [
        keras.layers.RandomFlip(),
        keras.layers.RandomRotation(90 / 360, fill_mode="nearest"),
        keras.layers.RandomTranslation(0.3, 0.1, fill_mode="nearest"),
    ]


# %% name="ex_random_wrong_once" exercise="random" wrong="ask twice"
def is_random(answer, pictures):
    numbers = answer(pictures)
    return not np.allclose(numbers, numbers)


# %% name="ex_random_wrong_inverted" exercise="random" wrong="the other way round"
def is_random(answer, pictures):
    return np.allclose(answer(pictures), answer(pictures))


# %% name="ex_random_wrong_pictures" exercise="random" wrong="with each other"
def is_random(answer, pictures):
    return not np.allclose(answer(pictures), pictures)


# %% name="ex_random_wrong_all" exercise="random" wrong="One number that differs"
def is_random(answer, pictures):
    return np.all(answer(pictures) != answer(pictures))


# %% name="ex_map_wrong_cache" exercise="map" wrong="same versions in every epoch"
def augment_in_dataset(dataset, augment):
    return dataset.batch(32).map(lambda pictures, labels: (augment(pictures), labels)).cache()


# %% name="ex_map_wrong_single" exercise="map" wrong="Batch first"
def augment_in_dataset(dataset, augment):
    return dataset.map(lambda picture, label: (augment(picture), label)).batch(32)


# %% name="ex_map_wrong_lost" exercise="map" wrong="labels are gone"
def augment_in_dataset(dataset, augment):
    return dataset.batch(32).map(lambda pictures, labels: augment(pictures))


# %% name="ex_map_wrong_labels" exercise="map" wrong="change the labels too"
def augment_in_dataset(dataset, augment):
    return dataset.batch(32).map(lambda pictures, labels: (augment(pictures), augment(labels)))


# %% name="ex_map_wrong_unchanged" exercise="map" wrong="as they were"
def augment_in_dataset(dataset, augment):
    return dataset.batch(32).prefetch(tf.data.AUTOTUNE)


# %% name="ex_shift_wrong_pixel" exercise="shift" wrong="for each row and channel"
def shift_right(picture, columns):
    moved = np.full_like(picture, picture[0, 0])
    moved[:, columns:] = picture[:, : picture.shape[1] - columns]
    return moved


# %% name="ex_shift_wrong_zero" exercise="shift" wrong="should keep its shape"
def shift_right(picture, columns):
    gap = np.repeat(picture[:, :1], columns, axis=1)
    return np.concatenate([gap, picture[:, :-columns]], axis=1)


# %% name="ex_shift_wrong_place" exercise="shift" wrong="changes `picture`"
def shift_right(picture, columns):
    first = picture[:, :1].copy()
    picture[:, columns:] = picture[:, : picture.shape[1] - columns].copy()
    picture[:, :columns] = first
    return picture


# %% name="ex_shift_right_pad" exercise="shift" right="np.pad and a cut"
def shift_right(picture, columns):
    return np.pad(picture, ((0, 0), (columns, 0), (0, 0)), "edge")[:, : picture.shape[1]]


# %% name="ex_shift_right_loop" exercise="shift" right="loops over rows and columns"
def shift_right(picture, columns):
    moved = picture.copy()
    for row in range(picture.shape[0]):
        for column in range(picture.shape[1]):
            moved[row, column] = picture[row, max(column - columns, 0)]
    return moved


# %% name="ex_shift_right_tensor" exercise="shift" right="tf.gather, a tensor"
def shift_right(picture, columns):
    source = tf.maximum(tf.range(tf.shape(picture)[1]) - columns, 0)
    return tf.gather(picture, source, axis=1)


# %% name="ex_listing_wrong_side" exercise="listing" wrong="a quarter, to both sides; yours goes from 0"
def layers_of_today():
    return [
        keras.layers.RandomFlip("vertical"),
        keras.layers.RandomRotation((0, 90 / 360), fill_mode="nearest"),
        keras.layers.RandomTranslation((0, 0.3), (0, 0.1), fill_mode="nearest"),
    ]


# %% name="ex_listing_wrong_degrees" exercise="listing" wrong="from -0.9 to 0.9"
def layers_of_today():
    return [
        keras.layers.RandomFlip("vertical"),
        keras.layers.RandomRotation(90 / 100, fill_mode="nearest"),
        keras.layers.RandomTranslation(0.3, 0.1, fill_mode="nearest"),
    ]


# %% name="ex_listing_wrong_constant" exercise="listing" wrong="nearest and constant"
def layers_of_today():
    return [
        keras.layers.RandomFlip("vertical"),
        keras.layers.RandomRotation(0.25, fill_mode="nearest"),
        keras.layers.RandomTranslation(0.3, 0.1, fill_mode="constant"),
    ]


# %% name="ex_listing_right_pairs" exercise="listing" right="both limits written out"
def layers_of_today():
    return [
        keras.layers.RandomFlip("vertical"),
        keras.layers.RandomRotation((-0.25, 0.25), fill_mode="nearest"),
        keras.layers.RandomTranslation((-0.3, 0.3), (-0.1, 0.1), fill_mode="nearest"),
    ]


# %% name="ex_listing_right_tuple" exercise="listing" right="a tuple, keywords, seeds"
def layers_of_today():
    filled = {"fill_mode": "nearest", "seed": 1}
    flip = keras.layers.RandomFlip(mode="vertical", seed=1)
    turn = keras.layers.RandomRotation(factor=np.pi / 2 / (2 * np.pi), **filled)
    move = keras.layers.RandomTranslation(width_factor=0.1, height_factor=0.3, **filled)
    return flip, turn, move


# %% name="ex_listing_right_network" exercise="listing" right="the layers of a network"
def layers_of_today():
    network = keras.Sequential()
    network.add(keras.layers.RandomFlip("vertical"))
    network.add(keras.layers.RandomRotation(0.25, "nearest"))
    network.add(keras.layers.RandomTranslation(0.3, 0.1, "nearest"))
    return network.layers


# %% name="ex_random_wrong_mean" exercise="random" wrong="where the pictures change places"
def is_random(answer, pictures):
    return not np.isclose(np.mean(answer(pictures)), np.mean(answer(pictures)))


# %% name="ex_random_wrong_first" exercise="random" wrong="where the last number changes"
def is_random(answer, pictures):
    return not np.allclose(answer(pictures)[:2], answer(pictures)[:2])


# %% name="ex_random_wrong_between" exercise="random" wrong="always the same, it should be False"
def is_random(answer, pictures):
    once, again = answer(pictures), answer(pictures)
    return once.shape != pictures.shape or not np.allclose(once, again)


# %% name="ex_random_right_any" exercise="random" right="any number that differs"
def is_random(answer, pictures):
    once, again = answer(pictures), answer(pictures)
    return (once != again).any()


# %% name="ex_random_right_loop" exercise="random" right="three questions, number by number"
def is_random(answer, pictures):
    first, *others = (np.ravel(answer(pictures)).tolist() for _ in range(3))
    for other in others:
        for one, two in zip(first, other, strict=True):
            if one != two:
                return True
    return False


# %% name="ex_random_right_tensor" exercise="random" right="tensors"
def is_random(answer, pictures):
    pictures = tf.constant(pictures)
    difference = tf.abs(answer(pictures) - answer(pictures))
    return tf.reduce_max(difference) > 1e-6


# %% name="ex_map_wrong_advance" exercise="map" wrong="before an epoch begins"
def augment_in_dataset(dataset, augment):
    pictures, labels = next(iter(dataset.batch(10_000)))
    return tf.data.Dataset.from_tensor_slices((augment(pictures), labels)).batch(32)


# %% name="ex_map_wrong_remainder" exercise="map" wrong="batches of [32]."
def augment_in_dataset(dataset, augment):
    batches = dataset.batch(32, drop_remainder=True)
    return batches.map(lambda pictures, labels: (augment(pictures), labels))


# %% name="ex_map_wrong_endless" exercise="map" wrong="batches of [32, 32, 8, 8]"
def augment_in_dataset(dataset, augment):
    return dataset.batch(32).map(lambda pictures, labels: (augment(pictures), labels)).repeat()


# %% name="ex_map_wrong_twice" exercise="map" wrong="`augment` once"
def augment_in_dataset(dataset, augment):
    return dataset.batch(32).map(lambda pictures, labels: (augment(augment(pictures)), labels))


# %% name="ex_map_wrong_pairs" exercise="map" wrong="labels of others"
def augment_in_dataset(dataset, augment):
    pictures = dataset.map(lambda picture, label: picture).shuffle(1000, seed=1)
    labels = dataset.map(lambda picture, label: label)
    return tf.data.Dataset.zip((pictures.batch(32).map(augment), labels.batch(32)))


# %% name="ex_map_right_lambda" exercise="map" right="a lambda, nothing in parallel, shuffled"
def augment_in_dataset(dataset, augment):
    batches = dataset.shuffle(100).batch(32)
    return batches.map(lambda pictures, labels: (augment(pictures), labels))


# %% name="ex_map_right_zip" exercise="map" right="pictures and labels apart, then zipped"
def augment_in_dataset(dataset, augment):
    batches = dataset.batch(32)
    pictures = batches.map(lambda pictures, labels: augment(pictures))
    return tf.data.Dataset.zip((pictures, batches.map(lambda pictures, labels: labels)))


# %% name="ex_map_right_flat" exercise="map" right="flat_map, a dataset for each batch"
def augment_in_dataset(dataset, augment):
    def change(pictures, labels):
        return tf.data.Dataset.from_tensors((augment(pictures), labels))

    return dataset.batch(32).flat_map(change).prefetch(1)

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

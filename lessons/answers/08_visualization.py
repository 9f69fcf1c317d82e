# %% name="ex_dead_wrong_any" exercise="dead" wrong="in one picture"
def empty_channels(maps):
    return np.flatnonzero((maps.max(axis=(1, 2)) == 0).any(axis=0)).tolist()


# %% name="ex_dead_wrong_zero" exercise="dead" wrong="a 0 somewhere"
def empty_channels(maps):
    return np.flatnonzero(maps.min(axis=(0, 1, 2)) == 0).tolist()


# %% name="ex_dead_wrong_count" exercise="dead" wrong="how many"
def empty_channels(maps):
    return int(np.sum(maps.max(axis=(0, 1, 2)) == 0))


# %% name="ex_dead_wrong_mask" exercise="dead" wrong="True or False"
def empty_channels(maps):
    return (maps.max(axis=(0, 1, 2)) == 0).tolist()


# %% name="ex_dead_wrong_pictures" exercise="dead" wrong="pictures in which"
def empty_channels(maps):
    return np.flatnonzero(maps.max(axis=(1, 2, 3)) == 0).tolist()


# %% name="ex_dead_wrong_first" exercise="dead" wrong="nowhere else, the empty channels are [0, 1, 2]"
def empty_channels(maps):
    return np.flatnonzero(maps[0].max(axis=(0, 1)) == 0).tolist()


# %% name="ex_dead_wrong_tuple" exercise="dead" wrong="[0] takes what is in it"
def empty_channels(maps):
    return np.where(maps.max(axis=(0, 1, 2)) == 0)


# %% name="ex_dead_wrong_mean" exercise="dead" wrong="[(1, 0, 2, 1), (2, 0, 3, 0)]"
def empty_channels(maps):
    return np.flatnonzero(maps.mean(axis=(0, 1, 2)) < 0.01).tolist()


# %% name="ex_dead_wrong_living" exercise="dead" wrong="not empty. Which ones are?"
def empty_channels(maps):
    return np.flatnonzero(maps.max(axis=(0, 1, 2))).tolist()


# %% name="ex_dead_wrong_from_one" exercise="dead" wrong="you return [2, 5]"
def empty_channels(maps):
    return (np.flatnonzero(maps.max(axis=(0, 1, 2)) == 0) + 1).tolist()


# %% name="ex_dead_right_loop" exercise="dead" right="a loop over the channels"
def empty_channels(maps):
    empty = []
    for channel in range(maps.shape[-1]):
        if not maps[..., channel].any():
            empty.append(channel)
    return empty


# %% name="ex_dead_right_count" exercise="dead" right="counts what is not 0, np.nonzero"
def empty_channels(maps):
    counts = np.count_nonzero(maps.reshape(-1, maps.shape[-1]), axis=0)
    return np.nonzero(counts == 0)[0]


# %% name="ex_dead_right_set" exercise="dead" right="takes away the channels that are not empty"
def empty_channels(maps):
    *_, alive = np.nonzero(maps)
    return sorted(set(range(maps.shape[3])) - set(alive.tolist()))


# %% name="ex_dead_right_tensor" exercise="dead" right="tensors, a column flattened"
def empty_channels(maps):
    strongest = tf.reduce_max(maps, axis=[0, 1, 2])
    return tf.reshape(tf.where(tf.equal(strongest, 0)), [-1])


# %% name="ex_cover_wrong_copy" exercise="cover" wrong="changes `picture`"
def cover_map(picture, probability_of, size):
    whole_picture = probability_of(picture)
    rows, columns = picture.shape[0] // size, picture.shape[1] // size
    falls = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            top, left = row * size, column * size
            picture[top : top + size, left : left + size] = 128
            falls[row, column] = whole_picture - probability_of(picture)
    return falls


# %% name="ex_cover_wrong_sign" exercise="cover" wrong="the other sign"
def cover_map(picture, probability_of, size):
    whole_picture = probability_of(picture)
    rows, columns = picture.shape[0] // size, picture.shape[1] // size
    falls = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            covered = picture.copy()
            top, left = row * size, column * size
            covered[top : top + size, left : left + size] = 128
            falls[row, column] = probability_of(covered) - whole_picture
    return falls


# %% name="ex_cover_wrong_absolute" exercise="cover" wrong="not how far they fall"
def cover_map(picture, probability_of, size):
    rows, columns = picture.shape[0] // size, picture.shape[1] // size
    answers = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            covered = picture.copy()
            top, left = row * size, column * size
            covered[top : top + size, left : left + size] = 128
            answers[row, column] = probability_of(covered)
    return answers


# %% name="ex_cover_wrong_turned" exercise="cover" wrong="Rows and columns"
def cover_map(picture, probability_of, size):
    whole_picture = probability_of(picture)
    rows, columns = picture.shape[0] // size, picture.shape[1] // size
    falls = np.zeros((columns, rows))
    for row in range(rows):
        for column in range(columns):
            covered = picture.copy()
            top, left = row * size, column * size
            covered[top : top + size, left : left + size] = 128
            falls[column, row] = whole_picture - probability_of(covered)
    return falls


# %% name="ex_cover_wrong_black" exercise="cover" wrong="128"
def cover_map(picture, probability_of, size):
    whole_picture = probability_of(picture)
    rows, columns = picture.shape[0] // size, picture.shape[1] // size
    falls = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            covered = picture.copy()
            top, left = row * size, column * size
            covered[top : top + size, left : left + size] = 0
            falls[row, column] = whole_picture - probability_of(covered)
    return falls


# %% name="ex_cover_wrong_cumulative" exercise="cover" wrong="Make a new copy for each square"
def cover_map(picture, probability_of, size):
    whole_picture, covered = probability_of(picture), picture.copy()
    rows, columns = picture.shape[0] // size, picture.shape[1] // size
    falls = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            top, left = row * size, column * size
            covered[top : top + size, left : left + size] = 128
            falls[row, column] = whole_picture - probability_of(covered)
    return falls


# %% name="ex_cover_wrong_distance" exercise="cover" wrong="the fall is negative"
def cover_map(picture, probability_of, size):
    whole_picture = probability_of(picture)
    rows, columns = picture.shape[0] // size, picture.shape[1] // size
    falls = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            covered = picture.copy()
            top, left = row * size, column * size
            covered[top : top + size, left : left + size] = 128
            falls[row, column] = abs(whole_picture - probability_of(covered))
    return falls


# %% name="ex_cover_wrong_rest" exercise="cover" wrong="your array is (3, 4)"
def cover_map(picture, probability_of, size):
    whole_picture = probability_of(picture)
    falls = []
    for top in range(0, picture.shape[0], size):
        falls.append([])
        for left in range(0, picture.shape[1], size):
            covered = picture.copy()
            covered[top : top + size, left : left + size] = 128
            falls[-1].append(whole_picture - probability_of(covered))
    return np.array(falls)


# %% name="ex_cover_wrong_cut" exercise="cover" wrong="the shape is always"
def cover_map(picture, probability_of, size):
    rows, columns = picture.shape[0] // size, picture.shape[1] // size
    picture = picture[: rows * size, : columns * size]
    whole_picture = probability_of(picture)
    falls = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            covered = picture.copy()
            top, left = row * size, column * size
            covered[top : top + size, left : left + size] = 128
            falls[row, column] = whole_picture - probability_of(covered)
    return falls


# %% name="ex_cover_wrong_channel" exercise="cover" wrong="In this picture the falls are"
def cover_map(picture, probability_of, size):
    whole_picture = probability_of(picture)
    rows, columns = picture.shape[0] // size, picture.shape[1] // size
    falls = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            covered = picture.copy()
            top, left = row * size, column * size
            covered[top : top + size, left : left + size, 0] = 128
            falls[row, column] = whole_picture - probability_of(covered)
    return falls


# %% name="ex_cover_right_mask" exercise="cover" right="a mask for each square, a list of lists"
def cover_map(picture, probability_of, size):
    height, width = picture.shape[:2]
    down, across = np.arange(height)[:, None] // size, np.arange(width)[None] // size

    def fall(row, column):
        mask = (down == row) & (across == column)
        return probability_of(picture) - probability_of(np.where(mask[..., None], 128, picture))

    return [[fall(row, column) for column in range(width // size)] for row in range(height // size)]


# %% name="ex_cover_right_flat" exercise="cover" right="one loop over numbered squares"
def cover_map(picture, probability_of, size):
    rows, columns = (side // size for side in picture.shape[:2])
    answers = np.empty(rows * columns)
    for number in range(rows * columns):
        top, left = size * (number // columns), size * (number % columns)
        covered = np.array(picture, dtype="float64")
        covered[top : top + size, left : left + size, :] = 128.0
        answers[number] = probability_of(covered)
    return probability_of(picture) - answers.reshape(rows, columns)


# %% name="ex_cover_right_back" exercise="cover" right="one copy, each square put back; a tensor"
def cover_map(picture, probability_of, size):
    whole_picture, shown, falls = probability_of(picture), picture.copy(), []
    for top in range(0, picture.shape[0] - size + 1, size):
        for left in range(0, picture.shape[1] - size + 1, size):
            square = slice(top, top + size), slice(left, left + size)
            shown[square] = 128
            falls.append(whole_picture - probability_of(shown))
            shown[square] = picture[square]
    return tf.reshape(tf.constant(falls), [picture.shape[0] // size, -1])


# %% name="ex_against_wrong_for" exercise="against" wrong="for the class"
def heat_map_against(maps, gradient):
    weights = gradient.mean(axis=(0, 1))
    against = np.maximum((maps * weights).sum(axis=-1), 0)
    return against / against.max() if against.max() > 0 else against


# %% name="ex_against_wrong_relu" exercise="against" wrong="negative numbers"
def heat_map_against(maps, gradient):
    against = (maps * -gradient.mean(axis=(0, 1))).sum(axis=-1)
    return against / against.max()


# %% name="ex_against_wrong_pool" exercise="against" wrong="one weight for each channel"
def heat_map_against(maps, gradient):
    against = np.maximum((maps * -gradient).sum(axis=-1), 0)
    return against / against.max() if against.max() > 0 else against


# %% name="ex_against_wrong_scale" exercise="against" wrong="largest number should be 1"
def heat_map_against(maps, gradient):
    return np.maximum((maps * -gradient.mean(axis=(0, 1))).sum(axis=-1), 0)


# %% name="ex_against_wrong_guard" exercise="against" wrong="0 / 0"
def heat_map_against(maps, gradient):
    against = np.maximum((maps * -gradient.mean(axis=(0, 1))).sum(axis=-1), 0)
    with np.errstate(invalid="ignore"):
        return against / against.max()


# %% name="ex_against_wrong_rest" exercise="against" wrong="you return [[0.0, 1.0], [1.0, 1.0]]"
def heat_map_against(maps, gradient):
    weights = gradient.mean(axis=(0, 1))
    heat_map = np.maximum((maps * weights).sum(axis=-1), 0)
    return 1 - heat_map / heat_map.max() if heat_map.max() > 0 else heat_map


# %% name="ex_against_wrong_weights" exercise="against" wrong="you return [[0.0, 1.0], [0.25, 0.25]]"
def heat_map_against(maps, gradient):
    weights = np.maximum(-gradient.mean(axis=(0, 1)), 0)
    against = (maps * weights).sum(axis=-1)
    return against / against.max() if against.max() > 0 else against


# %% name="ex_against_wrong_channels" exercise="against" wrong="yours has (2, 2, 2)"
def heat_map_against(maps, gradient):
    against = np.maximum(-maps * gradient.mean(axis=(0, 1)), 0)
    return against / against.max() if against.max() > 0 else against


# %% name="ex_against_wrong_above_one" exercise="against" wrong="For other maps"
def heat_map_against(maps, gradient):
    against = np.maximum((maps * -gradient.mean(axis=(0, 1))).sum(axis=-1), 0)
    return against / against.max() if against.max() > 1 else against


# %% name="ex_against_wrong_ones" exercise="against" wrong="the map is 0 everywhere"
def heat_map_against(maps, gradient):
    against = np.maximum((maps * -gradient.mean(axis=(0, 1))).sum(axis=-1), 0)
    return against / against.max() if against.max() > 0 else np.ones_like(against)


# %% name="ex_against_right_loops" exercise="against" right="loops, without NumPy's axes"
def heat_map_against(maps, gradient):
    rows, columns, channels = maps.shape
    weights = [-float(np.mean(gradient[:, :, channel])) for channel in range(channels)]
    against = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            total = sum(weights[k] * maps[row, column, k] for k in range(channels))
            against[row, column] = max(total, 0)
    largest = against.max()
    if largest:
        against /= largest
    return against


# %% name="ex_against_right_product" exercise="against" right="a product of matrices, a list of lists"
def heat_map_against(maps, gradient):
    total = maps @ gradient.mean((0, 1)) * -1
    total[total < 0] = 0
    return (total / (total.max() or 1)).tolist()


# %% name="ex_against_right_tensor" exercise="against" right="tensors and divide_no_nan"
def heat_map_against(maps, gradient):
    weights = tf.reduce_mean(gradient, axis=(0, 1))
    against = tf.nn.relu(-tf.einsum("rck,k->rc", maps, weights))
    return tf.math.divide_no_nan(against, tf.reduce_max(against))


# %% name="ex_against_right_relu" exercise="against" right="keras.ops; ReLU after dividing"
def heat_map_against(maps, gradient):
    total = keras.ops.sum(keras.ops.mean(-gradient, axis=(0, 1), keepdims=True) * maps, axis=2)
    largest = keras.ops.max(total)
    return keras.ops.relu(total / largest) if largest > 0 else keras.ops.zeros_like(total)

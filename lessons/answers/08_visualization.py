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


# %% name="ex_cover_wrong_copy" exercise="cover" wrong="stay covered"
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


# %% name="ex_cover_wrong_absolute" exercise="cover" wrong="not how much it falls"
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


# %% name="ex_cover_wrong_turned" exercise="cover" wrong="rows and columns"
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

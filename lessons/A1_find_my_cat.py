# %% [markdown] name="title"
# # Appendix 1 · Find my cat
#
# In Lesson 6 a base turned pictures into features, and a head asked them one question: cat or dog? The features know more than that. In this appendix there is no head and no training. You show a few pictures of one animal, and find those that look like it among thousands of others.
#
# **Afterwards you can**
#
# - turn a picture into a line of numbers, and compare two pictures by an angle,
# - say what is alike by pixels, and what by features,
# - search the photographs on your disk, and say what such a search cannot know.
#
# **You need** Lesson 6: base, features, and how a base expects its pictures.
#
# **Time** about 25 minutes. There are no exercises. New terms are in italics where they are explained; the glossary, linked below, has them all.

# %% name="start"
from course_utils import (
    explore_neighbours,
    find_photos,
    plot_pictures,
    read_picture,
    start,
    write_class_folders,
)

lesson = start("A1_find_my_cat")

# %% name="libraries"
import keras
import numpy as np

# %% [markdown] name="data_title"
# ## Pictures and base
#
# The cats and dogs of Lesson 4, in the same folders, and the base of Lesson 6:

# %% name="data"
datasets, info = lesson.load_dataset("cats_vs_dogs", as_supervised=False)
class_names = info.features["label"].names
folder = write_class_folders(
    datasets,
    class_names,
    lesson.folder / "pictures",
    splits={"train": 1000, "validation": 500, "test": 500},
)


# %% name="from_folder"
def from_folder(place):
    return keras.utils.image_dataset_from_directory(
        place, labels=None, image_size=(side, side), shuffle=False, verbose=False
    )


side = lesson.pixels(192)
cat_photos = from_folder(folder / "train" / "cat")
test_photos = from_folder(folder / "test")

# %% [markdown] name="from_folder_read"
# `labels=None` gives pictures without labels: a search needs none. The test pictures come folder by folder, first the cats, then the dogs.

# %% name="base"
base_model, preprocess_input = lesson.pretrained_base("MobileNetV2", input_shape=(side, side, 3))

# %% [markdown] name="embedding_title"
# ## A picture as one line of numbers
#
# The base gives a grid of places, with many numbers for each. Where in the picture something is does not matter here. So average each number over all places, which is what `GlobalAveragePooling2D` does. What is left of the picture is one list of numbers, its *embedding*.

# %% name="embedder"
photos = keras.Input((side, side, 3))
features = base_model(preprocess_input(photos))
embedder = keras.Model(photos, keras.layers.GlobalAveragePooling2D()(features))
base_model.output.shape[1:], embedder.output.shape[1:]

# %% name="embed"
cat_embeddings = embedder.predict(cat_photos, verbose=0)
test_embeddings = embedder.predict(test_photos, verbose=0)
test_embeddings.shape

# %% [markdown] name="cosine_intro"
# Two embeddings that point the same way belong to pictures that look alike to the base. The measure is the *cosine* of the angle between them: 1 for the same direction, 0 for nothing in common, −1 for opposite directions. By hand, with two numbers in place of more than a thousand:

# %% name="cosine" tags=["nbval-check-output"]
one, same_way, other_way = np.array([3.0, 4.0]), np.array([6.0, 8.0]), np.array([4.0, -3.0])
lengths = np.linalg.norm(one) * np.linalg.norm([same_way, other_way], axis=1)
[one @ same_way, one @ other_way] / lengths
# -> array([1., 0.])

# %% [markdown] name="cosine_read"
# The sum of the products, divided by both lengths. (6, 8) is twice (3, 4): longer, but the same direction. How large the numbers are does not count, only how they are divided among the features.

# %% [markdown] name="neighbours_title"
# ## Alike to the eye, alike in numbers
#
# Slide through some of the test pictures: first comes the chosen one, then the seven most like it. Then compare pixels instead of features. Any two photographs have much in common, so nearly all cosines would be large. The mean of all embeddings is therefore subtracted first; what is left is what sets a picture apart.

# %% name="explore"
test_pictures = np.concatenate([np.rint(batch).astype("uint8") for batch in test_photos])
test_labels = np.arange(len(test_pictures)) >= len(test_pictures) // 2
some = slice(None, None, 5)
vectors = {"features": test_embeddings[some], "pixels": test_pictures[some]}
explore_neighbours(test_pictures[some], vectors, test_labels[some].astype(int), class_names)

# %% [markdown] name="neighbours_read"
# Choose pixels: alike then means bright and dark in the same places, whatever it shows. By features, the neighbours are alike in a different way, although nobody told the base which of them show a cat, and no head took part. Find out how: the kind of animal, its pose, the colour of its fur?
#
# The idea is older than this base. The authors of AlexNet, a network of 2012, compared photographs by the 4,096 numbers that its last hidden layer, a dense one, gives for each.

# %% [markdown] name="find_title"
# ## Search
#
# To search, take some pictures of one animal and average their embeddings; then sort everything else by its cosine with that average. `find_photos` does it for whole trees of folders. Before it compares, it takes away most of what all the searched pictures share, so scores are comparable within one search, not between two. It always uses MobileNetV2 at 192 × 192.
#
# To try it, you need a cat that you have several pictures of. The dataset has no such cat; the nearest thing is a training picture and the seven cats most like it, by the cosine. (The length of the first embedding is left out below, since it divides all cosines alike.)

# %% name="find_like"
likeness = cat_embeddings @ cat_embeddings[0] / np.linalg.norm(cat_embeddings, axis=1)
like = [cat_photos.file_paths[number] for number in np.argsort(-likeness)[:8]]

# %% name="find_like_shown"
plot_pictures([read_picture(path) for path in like], columns=4)

# %% [markdown] name="find_intro"
# Search the folder with the test pictures; the eight are not among them. What comes back are paths and scores, the best first. Here are the names of the first three files:

# %% name="find"
found = find_photos(like, folder / "test", top=100)
[(photo.path.name, photo.score) for photo in found[:3]]

# %% name="find_shown"
plot_pictures(
    [read_picture(photo.path) for photo in found[:12]],
    titles=[f"{photo.path.parent.name} {photo.score:.2f}" for photo in found[:12]],
    columns=6,
)

# %% [markdown] name="share_intro"
# Half of the pictures searched show cats, so a search that knows nothing would find as many cats as dogs. What share of the best hundred shows a cat?

# %% name="share"
share_of_cats = float(np.mean([photo.path.parent.name == "cat" for photo in found]))
share_of_cats

# %% [markdown] name="share_read"
# Most of what it finds are cats, although the search knew no labels; only the eight were chosen among cats. Read the result for what it is: these animals look like the eight, to a network that was never asked to tell one cat from another. Your cat's double from next door ranks as high as your own. The search saves you from looking through ten thousand photographs; the last look is yours.
#
# Could a network learn the difference? With enough pictures of both, yes: train a head with three classes, "my cat", "another cat" and "neither", the way Lesson 6 trains one with two. The third class is a reject: without it, the network has to call a teapot one cat or the other.

# %% name="report"
lesson.report(share_of_cats=share_of_cats)

# %% [markdown] name="own_title"
# ## On your own disk
#
# Give the folder with some pictures of your cat, and the folders to search, here or in a terminal:
#
# ```
# python -m course_utils.photos --like cat-pictures ~/Pictures --top 50
# ```
#
# It recognises pictures by the endings of their names, leaves out names beginning with a dot, passes over damaged files and counts them, and shows its progress. Photographs from iPhones are often HEIC files; it reads them if the package `pi-heif` is installed, and says so if it is not.
#
# What stays behind? So that a second search is quick, the embeddings and the paths of your pictures are kept in a file in the course's cache; the last line under the search cell names the folder. An embedding is not the picture, yet reveals what that shows. The search sends nothing anywhere. (In Colab the machine is Google's, and what you upload is stored there.) `python -m course_utils.photos --forget`, or `clear_cache("photo-embeddings")` from `course_utils`, deletes what all searches have kept.

# %% [markdown] name="learned"
# ## What you learned
#
# - The features of a base, averaged over all places, make an embedding: one line of numbers for a picture.
# - The cosine compares directions: pictures that look alike have embeddings that point the same way.
# - A search by embeddings finds what looks alike, and cannot say who it is.

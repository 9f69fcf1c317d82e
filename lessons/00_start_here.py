# %% [markdown] name="title"
# # Start here
#
# Nine lessons lead from a first small network to a pretrained one that sorts photographs. Each is a notebook that you run from top to bottom; each explains what it uses, and asks you to write some of it yourself.
#
# A notebook is a page of text and *cells* of code. Click a cell and press Shift+Enter to run it; what it gives appears below it. If something gets into a muddle, choose Restart from the menu Kernel, and run the cells again from the top.

# %% [markdown] name="lessons_intro"
# ## The lessons
#
# Minutes are computing time, without your reading and thinking: the quick profile on a laptop's processor, then the full training. The download is that of the real pictures; a lesson that does not get them draws pictures of its own and tells you.

# %% name="lessons"
from course_utils import show_cache, show_lessons, show_machine

show_lessons()

# %% [markdown] name="machine_intro"
# ## This machine
#
# Without any setting of yours, a lesson trains `full` where it finds a GPU or TPU, and `quick` elsewhere. This is what lessons use here, and where they get their pictures:

# %% name="machine"
show_machine()

# %% [markdown] name="settings"
# Environment variables change that, set before a lesson's first cell runs:
#
# | variable | values |
# | --- | --- |
# | `COURSE_PROFILE` | a profile of the table above; `ci` only tests that a notebook runs |
# | `COURSE_DATA` | `auto`; `real`, which downloads any size; `sample`, which draws |
# | `COURSE_PRECISION` | `float32`; `bfloat16`; `auto`, which measures which one is faster |
# | `COURSE_CACHE` | a folder for drawn pictures and saved models |
# | `TFDS_DATA_DIR` | a folder where TensorFlow Datasets has prepared the real pictures |
#
# In a notebook, put a line such as `%env COURSE_DATA=sample` above the first cell.

# %% [markdown] name="cache_intro"
# ## What is kept on this machine

# %% name="cache"
show_cache()

# %% [markdown] name="cache_read"
# The first four folders are the course's own: `clear_cache("samples")`, from `course_utils`, empties the first, and `"models"`, `"lessons"` and `"photo-embeddings"` the others; the lessons fill them again when they need to. The others belong to TensorFlow Datasets and Keras, and perhaps to other projects of yours; delete there by hand what you no longer want.

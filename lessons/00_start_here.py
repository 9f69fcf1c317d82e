# %% [markdown] name="title"
# # Start here
#
# Welcome. Nine lessons lead from a small first network, whose sums you can do by hand, to one that others have trained and that sorts your photographs. A *network* is a program that works out an answer, such as what a picture shows, with the help of many numbers. *Training* finds these numbers from examples; a trained network has them. You need to be able to program a little in Python. You need no prior machine learning: each lesson explains what it uses, and you write some of it yourself.
#
# This page takes five minutes. It explains how a notebook works, what an exercise looks like, how to keep your answers, and what to do when something goes wrong.

# %% [markdown] name="notebook_title"
# ## How a notebook works
#
# A notebook is a page of text and of *cells* that hold code. Click a cell and press Shift+Enter to run it: the result appears below. Run a lesson from top to bottom, cell by cell, since each cell builds on those above. The first cell of every notebook sets up what Colab lacks, and does nothing elsewhere. The next one, below, is yours to try: run it, change the numbers, and run it again.

# %% name="first_cell" tags=["nbval-check-output"]
28 * 28
# -> 784

# %% [markdown] name="lessons_intro"
# ## The lessons
#
# Open a lesson by its title. Lessons build on each other, so take them in order. Plan two hours for each. The appendices, whose numbers begin with A, are shorter; each says which lesson it follows.
#
# - **Minutes** are computing time, without your reading and thinking. The first number is for short training, which the lessons call the *profile* `quick`; the second is for full training, the profile `full`. Both were measured on two processor cores.
# - **Download** is the size of the real pictures. A lesson that cannot get them, or would have to download more than 100 MB unasked, draws pictures of its own and tells you.
# - **Memory** is the most that full training needs.
# - **Run here** is the day on which you last reached the point, near the end, where the lesson saves its trained network on this machine.

# %% name="lessons"
from course_utils import check_exercise, show_cache, show_lessons, show_machine

show_lessons()

# %% [markdown] name="exercises_intro"
# ## How exercises work
#
# Each lesson has a few exercises. You write a function where the notebook has dots, run the cell, and run the check below it. In the lessons the code of a check is folded away; this one is open, so that you can see that there is no magic in it. The answer is wrong on purpose. Run the cell, read the message, then correct the answer.


# %% name="exercise"
def area(width, height):
    return width + height


def check(area):
    assert area(28, 28) != 56, "That is width plus height. How many squares does the grid have?"
    assert area(28, 28) == 784 and area(3, 5) == 15, "Not right for all widths and heights."


hints = ["A grid has `height` rows of `width` squares each.", "In Python, times is *."]
check_exercise(
    area, check, hints, praise="28 × 28: the pictures of the first lesson are that large."
)

# %% [markdown] name="exercises_read"
# | the check says | which means |
# | --- | --- |
# | ✓ Right | The answer does what was asked, however you wrote it. Cells further down may use it. |
# | ✗ Wrong | The sentence says what is wrong, as far as the check can tell. |
# | … Not attempted | The dots are still there. The lesson goes on without your answer. |
# | ! Broken | Your code stopped with an error, which the check names. |
# | ■ Stopped | Your code took longer than a minute, perhaps in a loop that never ends. |
#
# Hints open one at a time, from the gentlest to the plainest: take as few as you need. Nothing is counted and nothing is sent anywhere. Worked answers are one click away, under "With the answers" at the top of each lesson; try the exercise first. (On the course's site they are folded below each exercise.)

# %% [markdown] name="colab"
# ## In Colab
#
# Colab runs your notebook on one of Google's computers, through your web browser.
#
# - **A faster machine.** Large networks train many times faster on a graphics processor (*GPU*) or on a *TPU*, a processor made for this work. Choose Runtime, Change runtime type, then a GPU such as T4, and Save, before you begin: you get a new, empty machine. Lessons 1 to 3 need none.
# - **Your answers.** What you open from a link is not yours yet. Choose File, Save a copy in Drive, first of all; from then on Colab saves what you write to your own Google Drive. Open that copy the next time, not the link.
# - **A disconnect.** Colab takes the machine back when you leave it alone for a while, or after some hours. Text and code in your copy stay; the variables, drawn pictures and trained networks are gone. Connect again, choose Runtime, Run all, and the lesson makes them again.

# %% [markdown] name="home"
# ## On your own machine
#
# Open a terminal in the course's folder and type `make lab`. It copies the lessons to the folder `work/` and opens them in JupyterLab, which shows and runs notebooks in your web browser. Write in those copies: JupyterLab saves them, and the course never overwrites a copy that you have edited. When a new release of the course has changed a lesson, `make lab` says so; rename your copy, run `make lab` again to get the new lesson beside it, and copy your answers over, cell by cell.

# %% [markdown] name="trouble"
# ## When something goes wrong
#
# | what you see | what to do |
# | --- | --- |
# | `NameError: name '…' is not defined` | A cell further up has not run. Click your cell and choose Run, Run All Above Selected Cell; in Colab, Runtime, Run before. |
# | A cell runs and runs (`[*]`, or a turning circle) | Some cells train for minutes, and the first one with data may be downloading. To stop the cell, choose Kernel, Interrupt Kernel; in Colab, Runtime, Interrupt execution. |
# | Everything is in a muddle | Choose Kernel, Restart Kernel and Run All Cells; in Colab, Runtime, Restart session and run all. The *kernel* is the program that runs your cells; a new one knows no variables. |
# | The kernel died; the session crashed | Most often memory ran out. Close other notebooks: each takes up memory. Restart, and stay with the profile `quick`. |
# | A red message from the course | Its last line says what was wrong and what to do. |
# | A slider that does nothing | Run its cell again. |
# | Numbers that differ from the text | Training begins with random numbers, and drawn pictures are not the real ones. If the text gives a number, it says where that was measured. |
#
# If none of this helps, open an issue in the course's repository on GitHub. The glossary, linked at the top of this page, is there too.

# %% [markdown] name="machine_intro"
# ## This machine
#
# A lesson uses the profile `full` if it finds a GPU or a TPU, and `quick` otherwise. This is what lessons use on this machine, and where they get their pictures:

# %% name="machine"
show_machine()

# %% [markdown] name="settings"
# You need none of what follows to begin. Environment variables are settings, each with a name, that a program reads from outside its own code. Those below change what a lesson uses; set them before its first cell runs. In a notebook, a line such as `%env COURSE_DATA=sample`, in a cell above the first one, does that.
#
# | variable | values |
# | --- | --- |
# | `COURSE_PROFILE` | a profile from the table above; `ci` only tests that a notebook runs, and trains far too little to learn anything |
# | `COURSE_DATA` | `auto`; `real`, which downloads any size; `sample`, which draws |
# | `COURSE_PRECISION` | `float32`, numbers of 32 bits; `bfloat16`, numbers of 16 bits, which some processors compute with faster (Lesson 6); `auto`, which measures which one is faster |
# | `COURSE_CACHE` | a folder for drawn pictures and saved networks |
# | `TFDS_DATA_DIR` | a folder where TensorFlow Datasets, the library that fetches the real pictures, has prepared them |

# %% [markdown] name="cache_intro"
# ## What is kept on this machine

# %% name="cache"
show_cache()

# %% [markdown] name="cache_read"
# The first four folders are the course's own. `clear_cache("samples")`, from `course_utils`, empties the first; `"models"`, `"lessons"` and `"photo-embeddings"` empty the others. Lessons fill them again when they need to. The remaining folders belong to TensorFlow Datasets and to Keras, and perhaps to other projects of yours; delete there by hand what you no longer want.

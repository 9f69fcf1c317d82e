"""The models that lessons save, and find again."""

import datetime

from course_utils.errors import DataError, unknown_name
from course_utils.lesson.known import LESSONS
from course_utils.machine.settings import cache_folder, folder_in
from course_utils.store import explain_failed_writing, whole_file


class SavedModels:
    """What a `Lesson`, known by its `name`, does with models on disk."""

    @property
    def model_path(self):
        """Where the lesson saves its trained model, a `Path` that ends in `.keras`.

        Under `COURSE_OUTPUT` where that is set, else in the course's cache folder.
        """
        folder = output_folder("models")
        return folder / f"{self.name}.keras"

    def save_model(self, model):
        """Save a Keras model to `model_path` with `model.save` and return that path.

        The file is written aside and renamed, so that what lies there is always whole.
        """
        path = self.model_path
        try:
            with whole_file(path) as aside:
                model.save(aside)
        except OSError as error:
            raise explain_failed_writing(
                error, "Saving the model", path.parent, "or set COURSE_CACHE to another disk"
            ) from None
        return path

    def saved_model(self, name):
        """Return the model that another lesson has saved, or None; a printed line says which.

        It lies where `save_model` of that lesson put it: under `COURSE_OUTPUT` where that is set
        and has it, else in the course's cache folder. None where there is no such file, or where
        it is damaged or of another version of Keras.

        Args:
            name: the other lesson's name, such as "05_augmentation".

        Raises:
            UnknownNameError: there is no such lesson.
        """
        if name not in LESSONS:
            raise unknown_name("lesson", name, LESSONS)
        folders = [self.model_path.parent, cache_folder() / "models"]
        path = next((f / f"{name}.keras" for f in folders if (f / f"{name}.keras").exists()), None)
        if path is None:
            print(f"Lesson {name[:2]} has saved no model on this machine.")
            return None
        import keras

        try:
            model = keras.models.load_model(path)
            day = datetime.date.fromtimestamp(path.stat().st_mtime)
        except Exception as error:  # Keras, zipfile and h5py raise many kinds for a damaged file
            reason = (str(error).strip() or type(error).__name__).split("\n")[0]
            print(
                f"What lesson {name[:2]} has saved cannot be loaded ({reason}). "
                f"Run that lesson again, or delete {path}."
            )
            return None
        print(f"The model that lesson {name[:2]} saved on {day}, from {path}")
        return model


def output_folder(name):
    """Return a folder for what a lesson leaves, made if it is missing."""
    folder = (folder_in("COURSE_OUTPUT") or cache_folder()) / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"The folder {folder} cannot be made ({error.strerror or error}). COURSE_OUTPUT names "
            "where a lesson leaves its results; unset it, or name a folder that you can write to."
        ) from None
    return folder

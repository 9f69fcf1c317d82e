"""What the lessons of the image-classification course need and do not teach.

Import the public names from here: ``from course_utils import start, load_dataset``.
Nothing heavy is imported until a name is used; TensorFlow only by what needs it.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME_OF = {
    "CourseError": "errors",
    "base_class_names": "pretrained",
    "check_exercise": "exercises",
    "clear_cache": "overview",
    "explore_convolution": "explore",
    "explore_predictions": "explore",
    "find_pictures": "pictures",
    "load_dataset": "datasets",
    "plot_feature_maps": "plots",
    "plot_history": "plots",
    "plot_picture": "plots",
    "plot_pictures": "plots",
    "plot_prediction": "plots",
    "plot_predictions": "plots",
    "predict_uploads": "upload",
    "pretrained_base": "pretrained",
    "read_picture": "pictures",
    "show_cache": "overview",
    "show_lessons": "overview",
    "show_machine": "overview",
    "start": "lesson",
    "write_class_folders": "class_folders",
}

__all__ = ["__version__", *sorted(_HOME_OF)]


def __getattr__(name):
    if name not in _HOME_OF:
        raise AttributeError(f"module 'course_utils' has no attribute {name!r}")
    return getattr(import_module(f"course_utils.{_HOME_OF[name]}"), name)


def __dir__():
    return __all__

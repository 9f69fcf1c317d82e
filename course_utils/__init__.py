"""What the lessons of the image-classification course need and do not teach.

Import the public names from here: ``from course_utils import start, load_dataset``.
Nothing heavy is imported until a name is used; TensorFlow only by what needs it.
"""

from importlib import import_module

from course_utils.streams import write_everywhere

__version__ = "0.1.0"

_HOME_OF = {
    "DIFFICULTIES": "difficulties",
    "CourseError": "errors",
    "base_class_names": "sources.bases",
    "check_exercise": "exercises",
    "clear_cache": "overview",
    "draw_difficulty": "difficulties",
    "explore_augmentation": "explore",
    "explore_convolution": "explore",
    "explore_descent": "descent",
    "explore_difficulties": "explore",
    "explore_feature_maps": "explore",
    "explore_heat_maps": "explore",
    "explore_neighbours": "explore",
    "explore_predictions": "explore",
    "explore_smoothing": "explore",
    "find_photos": "likeness",
    "find_pictures": "pictures",
    "forget_files": "records",
    "forget_photos": "embeddings",
    "live_curves": "live",
    "load_dataset": "sources.datasets",
    "measure_difficulty": "difficulties",
    "pick_strategy": "strategy",
    "plot_channels": "plots",
    "plot_descent": "descent",
    "plot_feature_maps": "plots",
    "plot_functions": "sketches",
    "plot_history": "plots",
    "plot_neuron": "sketches",
    "plot_picture": "plots",
    "plot_pictures": "plots",
    "plot_prediction": "plots",
    "plot_predictions": "plots",
    "plot_softmax": "sketches",
    "predict_uploads": "upload",
    "pretrained_base": "sources.bases",
    "read_picture": "pictures",
    "record_files": "records",
    "show_cache": "overview",
    "show_lessons": "overview",
    "show_machine": "overview",
    "start": "lesson",
    "write_class_folders": "class_folders",
    "write_records": "records",
}

__all__ = ["__version__", *sorted(_HOME_OF)]

write_everywhere()


def __getattr__(name):
    if name not in _HOME_OF:
        raise AttributeError(f"module 'course_utils' has no attribute {name!r}")
    try:
        return getattr(import_module(f"course_utils.{_HOME_OF[name]}"), name)
    except Exception as error:
        from course_utils import imports

        imports.explain(error)
        raise


def __dir__():
    return __all__

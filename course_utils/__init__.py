"""What the lessons of the image-classification course need and do not teach.

Import the public names from here: ``from course_utils import start, load_dataset``.
Nothing heavy is imported until a name is used; TensorFlow only by what needs it.
"""

from importlib import import_module

from course_utils.machine.printing import write_everywhere

__version__ = "0.1.0"

_HOME_OF = {
    "CourseError": "errors",
    "base_class_names": "sources.bases",
    "check_exercise": "exercises.checks",
    "clear_cache": "lesson.overview",
    "draw_difficulty": "show.difficulties",
    "explore_augmentation": "show.explore",
    "explore_convolution": "show.explore",
    "explore_descent": "show.descent",
    "explore_difficulties": "show.explore",
    "explore_digit": "show.digit",
    "explore_feature_maps": "show.explore",
    "explore_heat_maps": "show.explore",
    "explore_neighbours": "show.explore",
    "explore_predictions": "show.explore",
    "explore_smoothing": "show.explore",
    "find_photos": "photos.likeness",
    "live_curves": "show.live",
    "load_dataset": "sources.datasets",
    "measure_difficulty": "show.difficulties",
    "new_figure": "show.plots",
    "pick_strategy": "machine.strategy",
    "plot_channels": "show.plots",
    "plot_descent": "show.descent",
    "plot_feature_maps": "show.plots",
    "plot_history": "show.plots",
    "plot_network": "show.sketches",
    "plot_neuron": "show.sketches",
    "plot_picture": "show.plots",
    "plot_pictures": "show.plots",
    "plot_prediction": "show.plots",
    "plot_predictions": "show.plots",
    "predict_uploads": "show.upload",
    "plot_swap": "show.sketches",
    "pretrained_base": "sources.bases",
    "read_picture": "pictures.reading",
    "show_cache": "lesson.overview",
    "show_lessons": "lesson.overview",
    "show_machine": "lesson.overview",
    "start": "lesson.start",
    "write_class_folders": "pictures.class_folders",
    "write_records": "pictures.records",
}

__all__ = ["__version__", *sorted(_HOME_OF)]

write_everywhere()


def __getattr__(name):
    if name not in _HOME_OF:
        raise AttributeError(f"module 'course_utils' has no attribute {name!r}")
    try:
        return getattr(import_module(f"course_utils.{_HOME_OF[name]}"), name)
    except Exception as error:
        from course_utils.machine import imports

        imports.explain(error)
        raise


def __dir__():
    return __all__

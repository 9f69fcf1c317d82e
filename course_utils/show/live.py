"""Curves that grow while a network trains."""

from course_utils.machine.printing import in_notebook
from course_utils.show.plots import GREY, plot_history


def live_curves(metric="accuracy", before=None):
    """Return a Keras callback that draws loss and a metric anew after each epoch.

    In a notebook the picture is drawn in the same place each time; in exported HTML the last one
    stays. Outside a notebook nothing is drawn.

    Args:
        metric: the metric's name in the history.
        before: an earlier training's history, what its `fit` returned or its `.history` dict; the
            curves begin with it.

    Returns:
        A `keras.callbacks.Callback` for `fit(…, callbacks=[…])`. After the training, its `figure`
        is the last picture, None where there was no epoch.
    """
    import keras

    class LiveCurves(keras.callbacks.Callback):
        figure = None

        def on_train_begin(self, logs=None):
            earlier = getattr(before, "history", before) or {}
            self.curves = {name: list(values) for name, values in earlier.items()}
            self.earlier = max(map(len, self.curves.values()), default=0)
            self.display = None

        def on_epoch_end(self, epoch, logs=None):
            for name, value in (logs or {}).items():
                self.curves.setdefault(name, []).append(float(value))
            self.figure = plot_history(self.curves, metric)
            if self.earlier:
                for axes in self.figure.axes:
                    axes.axvline(self.earlier + 0.5, color=GREY, linestyle=":")
                self.figure.description += (
                    f" A line after epoch {self.earlier} parts two trainings."
                )
            self.display = _draw(self.figure, self.display)

    return LiveCurves()


def _draw(figure, display):
    """Show the figure, in the place of the one before it; return what remembers the place."""
    if not in_notebook():
        return None
    from IPython.display import display as show

    if display is None:
        return show(figure, display_id=True)
    display.update(figure)
    return display

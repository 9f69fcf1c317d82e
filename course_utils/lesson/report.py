"""The end of a lesson: what its run has measured, beside what was published and recorded."""

import datetime
import json
import math
import platform
import statistics
from importlib import import_module

from course_utils.errors import unknown_name
from course_utils.lesson.known import LESSONS, recorded
from course_utils.lesson.models import output_folder
from course_utils.lesson.tables import Table
from course_utils.machine.device import hardware
from course_utils.machine.language import say
from course_utils.machine.settings import folder_in
from course_utils.store import whole_file


class Report(Table):
    """The table at the end of a lesson.

    Args:
        lesson: the `Lesson`.
        sources: the `Source` of each of its datasets.
        figures: see `Lesson.report`.

    Attributes:
        result: what the results file holds, a dict.
    """

    def __init__(self, lesson, sources, figures):
        known = LESSONS[lesson.name]["figures"]
        for figure, value in figures.items():
            if figure not in known:
                raise unknown_name(f"figure of lesson {lesson.name}", figure, known)
            if not math.isfinite(value):
                raise ValueError(f"{figure} is {value}, not a number to report.")
        real = all(source.kind == "real" for source in sources)
        self.result = {
            "lesson": lesson.name,
            "profile": lesson.profile,
            "data": "real" if real else "sample",
            "seed": lesson.seed,
            "base": "; ".join(sorted({str(base) for base in lesson.bases})) or None,
            "device_kind": lesson.device_kind,
            "device": lesson.device,
            "precision": lesson.precision,
            "data_seconds": round(sum(source.seconds for source in lesson.sources), 2),
            "versions": _versions(),
            "hardware": hardware(),
            "date": datetime.date.today().isoformat(),
            "figures": {figure: round(float(value), 4) for figure, value in figures.items()},
        }
        if folder_in("COURSE_OUTPUT"):
            with whole_file(output_folder("results") / f"{lesson.name}.json") as aside:
                aside.write_text(json.dumps(self.result, indent=2) + "\n", encoding="utf-8")
        head = ["", say("published"), say("measured on real data")]
        own = (
            say("this run (real data, profile {profile})", profile=lesson.profile)
            if real
            else say("this run (drawn sample, profile {profile})", profile=lesson.profile)
        )
        rows = [[*head, own]]
        runs = recorded(lesson.name, "full", "real")
        runs = [run for run in runs if run["device_kind"] == lesson.device_kind] or runs
        for figure, value in self.result["figures"].items():
            published = known[figure].get("published", {}).get("value")
            values = [run["figures"][figure] for run in runs if figure in run["figures"]]
            measured = statistics.mean(values) if values else None
            numbers = ["–" if n is None else f"{n:.4f}" for n in (published, measured, value)]
            rows.append([say(known[figure]["name"]), *numbers])
        super().__init__(rows)


def _versions():
    """Return the versions that a result depends on."""
    modules = [import_module(name) for name in ("tensorflow", "keras", "numpy")]
    versions = {module.__name__: module.__version__ for module in modules}
    return {"python": platform.python_version()} | versions

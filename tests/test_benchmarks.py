"""What the benchmarks share: whose turn it is, what is printed, what is kept."""

import json

from benchmarks import measure


def test_sides_take_turns_and_are_compared_with_the_first(capsys):
    called = []

    def side(name, *seconds):
        return lambda: called.append(name) or [(wall, wall / 2) for wall in seconds]

    sides = {"published": side("published", 4.0, 2.0), "ours": side("ours", 1.0, 2.0)}
    times = measure.take_turns(sides, 2)
    assert called == ["published", "ours"] * 2
    assert times["published"] == [(4.0, 2.0), (2.0, 1.0)] * 2
    capsys.readouterr()
    measure.tell(times, 300, "drawn")
    *_, published, ours = capsys.readouterr().out.splitlines()
    assert published.split() == ["published", "100.0", "1.00", "1.00", "1.00", "5.000"]
    assert ours.split() == ["ours", "200.0", "2.00", "2.00", "2.00", "2.500"]


def test_what_is_kept_stands_beside_what_was_there(tmp_path):
    path = tmp_path / "kept.json"
    measure.keep(path, "sample", {"time": 1})
    measure.keep(path, "real", {"time": 2})
    measure.keep(path, "sample", {"quality": 3} | measure.origin())
    found = json.loads(path.read_text("utf-8"))
    assert found["real"] == {"time": 2} and found["sample"]["time"] == 1
    assert set(found["sample"]) == {"time", "quality", "date", "hardware"}

"""The instructor's side: submissions in, marks and feedback out.

A submission is code that nobody vouches for. `worker` runs it in a `sandbox` and hands back plain
data (`wire`); `judge`, which is trusted, runs the lesson's own checks on that data. `submissions`
finds what was handed in, `gradebook` and `summary` write down what came out.
"""

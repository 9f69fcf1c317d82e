"""The instructor's side: submissions in, marks and feedback out.

The words: a lesson has *exercises*; each has a *stub*, which is handed out, the lesson's own
*solution*, and a *check*. A student's *submission* holds an *answer* to each, and the check of an
answer gives a *mark*: points, a status and a reason. A *job* is one submission to be marked.

A submission is code that nobody vouches for. `worker` runs it in a `sandbox` and hands back plain
data (`wire`); `judge`, which is trusted, runs the lesson's own checks on that data. `submissions`
finds what was handed in, `gradebook` and `summary` write down what came out.
"""

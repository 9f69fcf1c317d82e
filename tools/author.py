"""What `make grade` gives to hidden tests, so that a lesson's source runs in an editor too."""

import numpy as np

private = np.random.default_rng(1)
"""In a grading, the numbers that it gives follow from the instructor's secret."""


def compare(*inputs):
    """Do nothing: only a grading has both the student's answer and the lesson's own."""

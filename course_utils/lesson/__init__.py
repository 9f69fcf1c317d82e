"""The frame of a lesson: its start, its report, and the overview of all lessons."""

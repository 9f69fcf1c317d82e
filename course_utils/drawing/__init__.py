"""Pictures drawn by code: stand-ins for the course's datasets where there is no network.

Every picture has a random generator of its own, so a part of a set equals that part of the whole.
"""

from course_utils.drawing.digits import draw_digits
from course_utils.drawing.garments import draw_garments

__all__ = ["draw_digits", "draw_garments"]

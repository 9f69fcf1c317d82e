"""Pictures drawn by code: stand-ins for the course's datasets where there is no network.

Every picture has a random generator of its own, so a part of a set equals that part of the whole.
"""

from course_utils.drawing.digits import draw_digits
from course_utils.drawing.garments import draw_garments
from course_utils.drawing.photos import (
    CATS_VS_DOGS,
    FLOWERS,
    HORSES_OR_HUMANS,
    WIDE,
    draw_cats_and_dogs,
    draw_flowers,
    draw_horses_and_humans,
    draw_wide,
)
from course_utils.drawing.scene import Knobs

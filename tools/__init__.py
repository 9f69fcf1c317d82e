"""What turns lessons into notebooks, runs them and collects their results."""

import sys

import course_utils  # noqa: F401 - so that every program can print whatever it has to say

# nbformat imports jsonschema, and that, where it finds this package, builds a grammar of web
# addresses: over two seconds in each process, for a format that no notebook is checked for.
sys.modules.setdefault("rfc3987_syntax", None)

"""The depth of open-ended tests."""

import os

IS_DEEP = os.environ.get("TESTS_DEPTH") == "deep"
"""``TESTS_DEPTH=deep`` (``make deep``): walks of more than 20,000 steps, a search for planted faults, races of five
long rounds, and accessibility rules in every language.
"""

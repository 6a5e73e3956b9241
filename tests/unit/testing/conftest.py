"""Modules that may be loaded once in a process, and that `pytester` would forget."""

import numpy  # noqa: F401
import scipy.stats  # noqa: F401

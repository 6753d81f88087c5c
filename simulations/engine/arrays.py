"""The draws of whole blocks with numpy, where it is installed: the same to the last bit as `draws` makes them without it.

numpy takes a tenth of a second to load and some memory, which a process makes up for within about a million events; so only runs
of many events use it, and pages and commands do without. What it does here is integer arithmetic and single
IEEE additions and multiplications, in the order in which `draws` and `traffic` do them.
"""

from __future__ import annotations  # array[int] cannot be evaluated on Python 3.11

from array import array
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from simulations.engine import draws

MANY = 8 * draws.BLOCK  # events from which on a run may load it
AT_ONCE = 4 * draws.BLOCK  # that many in one call are cheaper than block by block
FEW = 64  # words from which on calling it pays


def serve(events: int) -> bool:
    """Whether a run of so many events should use this. It is loaded when the first block is drawn."""
    return events >= MANY and find_spec("numpy") is not None


@cache
def _numpy() -> Any:
    """The library."""
    return import_module("numpy")


@cache
def _tables() -> tuple[Any, Any]:
    """Where each cell of the exponential distribution begins, and how wide it is."""
    return _numpy().array(draws.LOWS), _numpy().array(draws.STEPS)


def exponentials(words: array[int], mean: float) -> Any:
    """`mean * exponential(word)` of each word, as an array of doubles."""
    numpy, (lows, steps) = _numpy(), _tables()
    whole = numpy.frombuffer(words, numpy.uint64)
    cells = (whole >> draws.CELL_SHIFT).astype(numpy.intp)
    fractions = (whole >> draws.FRACTION_SHIFT & draws.FRACTION_MASK).astype(numpy.float64) * draws.FRACTION_UNIT
    drawn = mean * (lows[cells] + steps[cells] * fractions)
    for place in numpy.flatnonzero(cells == len(lows) - 1).tolist():
        drawn[place] = mean * draws.exponential(words[place])
    return drawn


def durations(words: array[int], mean: float, least: int) -> list[int]:
    """`least` and an exponential rest of each word, cut to whole microseconds."""
    found: list[int] = (exponentials(words, mean).astype(_numpy().int64) + least).tolist()
    return found


def instants(words: array[int], mean: float, clock: float) -> tuple[list[int], float]:
    """Exponential gaps added up from a moment on, cut to whole microseconds, and the last moment before it was cut."""
    clocks = exponentials(words, mean)
    clocks[0] += clock
    clocks = clocks.cumsum()
    return clocks.astype(_numpy().int64).tolist(), float(clocks[-1])

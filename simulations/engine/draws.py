"""Chance that depends on its key alone: the same event meets the same luck whatever else a scenario changes.

A draw is a 64-bit word named by (seed, purpose, number, index): for example the third invocation (number) of event 17
(index) deciding about its failure (purpose). Words come from SHAKE-128, a published standard, in blocks. Distributions use
only integer arithmetic and IEEE addition and multiplication, no library function, so a link
gives the same run on every machine.
"""

from __future__ import annotations  # array[int] cannot be evaluated on Python 3.11

import sys
from array import array
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import shake_128
from itertools import pairwise

import msgspec

_VERSION = 1  # of this way to draw; part of every key
_BLOCK_BITS = 10
_SMALL_BLOCK_BITS = 4  # for the high numbers, where only a few indexes are ever asked for
_SMALL_FROM = 8
_BLOCKS_KEPT = 64
_AHEAD = 128  # words that are hashed with the one that is asked for
BLOCK = 1 << _BLOCK_BITS  # draws that are made at once
_CELL_BITS = 12
_FRACTION_BITS = 40
_WORD_BITS = 64
_NO_WORDS = array("Q")
_UNCLEAR = 255  # in a table of bytes: here the whole word must be asked


class Stream(msgspec.Struct, gc=False, eq=False):
    """All words of one purpose and number; `word(index)` is the draw. A `Purpose` makes it.

    `name` is what the key of each block begins with, `bits` of an index say where in its block it is. `blocks` are those that
    single words were taken from last, and `ahead` is how many more words are made with a single one.
    """

    name: str
    bits: int
    blocks: dict[int, Sequence[int]] = {}
    ahead: int = _AHEAD
    latest: int = -1
    latest_words: array[int] = _NO_WORDS

    def word(self, index: int) -> int:
        """The 64-bit word of an index."""
        number, place = index >> self.bits, index & ((1 << self.bits) - 1)
        words = self.blocks.get(number)
        if words is None:  # it, and those close behind it: often nobody asks for more
            if len(self.blocks) >= _BLOCKS_KEPT:
                del self.blocks[next(iter(self.blocks))]
            words = self.blocks[number] = self._view(number, min(place + self.ahead, 1 << self.bits))
        elif place >= len(words):
            self.ahead = 1 << self.bits  # here somebody asks for more
            words = self.blocks[number] = self._view(number, self.ahead)
        return words[place]

    def words(self, first: int, count: int) -> array[int]:
        """The words of `count` indexes in a row, for those who go through the indexes once."""
        size = 1 << self.bits
        number, place = first >> self.bits, first & (size - 1)
        wanted = min(place + count, size)
        if number != self.latest or len(self.latest_words) < wanted:
            self.latest, self.latest_words = number, self._block(number, wanted)
        found = self.latest_words[place : place + count]
        while len(found) < count:
            found += self.words(first + len(found), min(count - len(found), size))
        return found

    def words_at(self, first: int, places: Sequence[int]) -> array[int]:
        """The words at these places, counted from the first index on and in their order."""
        words = self.words(first, places[-1] + 1)
        return words if len(words) == len(places) else array("Q", [words[place] for place in places])

    def _view(self, number: int, count: int) -> Sequence[int]:
        """The same to look at only, without a copy of the bytes."""
        if sys.byteorder == "big":
            return self._block(number, count)
        return memoryview(shake_128(f"{self.name}{number}".encode()).digest(8 * count)).cast("Q")

    def _block(self, number: int, count: int) -> array[int]:
        """The first words of a block; how many are asked for changes none of them."""
        words = array("Q", shake_128(f"{self.name}{number}".encode()).digest(8 * count))
        if sys.byteorder == "big":
            words.byteswap()
        return words


class Purpose:
    """The draws of one purpose."""

    __slots__ = ("_name", "_streams")

    def __init__(self, seed: int, name: str) -> None:
        self._name = f"{_VERSION}|{seed}|{name}|"
        self._streams: dict[int, Stream] = {}

    def stream(self, number: int) -> Stream:
        """The stream of a number, made at its first use."""
        stream = self._streams.get(number)
        if stream is None:
            stream = self._streams[number] = self.unkept(number)
        return stream

    def unkept(self, number: int) -> Stream:
        """The same for one who knows when it is not needed any more."""
        return Stream(f"{self._name}{number}|", _BLOCK_BITS if number < _SMALL_FROM else _SMALL_BLOCK_BITS)

    def word(self, number: int, index: int) -> int:
        """The 64-bit word of a number and index."""
        return (self._streams.get(number) or self.stream(number)).word(index)


class Draws:
    """All draws of one seed; `at_once`: whoever needs whole blocks should make them with `arrays`."""

    __slots__ = ("_purposes", "_seed", "at_once")

    def __init__(self, seed: int, *, at_once: bool = False) -> None:
        self.at_once = at_once
        self._seed = seed
        self._purposes: dict[str, Purpose] = {}

    def purpose(self, name: str) -> Purpose:
        """The draws of a purpose."""
        return self._purposes.setdefault(name, Purpose(self._seed, name))


def threshold(probability: float) -> int:
    """`word < threshold(p)` is true with probability p; exactly never at 0 and always at 1."""
    assert 0 <= probability <= 1, "a probability lies between 0 and 1"
    return int(probability * (1 << _WORD_BITS))


def quantiles() -> tuple[float, ...]:
    """-ln(1 - k/4096) for k = 0..4095, the exponential distribution's quantiles.

    ln m - ln(m-1) = 2 artanh(1/(2m-1)), summed as a series: additions and multiplications only, the same on every machine.
    """
    cells = 1 << _CELL_BITS
    logarithms = [0.0]
    for m in range(2, cells + 1):
        x = 1 / (2 * m - 1)
        term, power, odd = x, x * x, 1
        total = 0.0
        while term > 1e-20:
            total += term / odd
            term *= power
            odd += 2
        logarithms.append(logarithms[-1] + 2 * total)
    return tuple(logarithms[-1] - logarithms[cells - k - 1] for k in range(cells))


CELL_SHIFT = _WORD_BITS - _CELL_BITS
FRACTION_SHIFT = CELL_SHIFT - _FRACTION_BITS
FRACTION_MASK = (1 << _FRACTION_BITS) - 1
FRACTION_UNIT = 1 / (1 << _FRACTION_BITS)
_LAST_CELL = (1 << _CELL_BITS) - 1


def exponential(word: int) -> float:
    """A draw of the exponential distribution with mean 1: table look-up and interpolation; the last cell looks once more."""
    cell = word >> CELL_SHIFT
    if cell < _LAST_CELL:
        return LOWS[cell] + STEPS[cell] * ((word >> FRACTION_SHIFT & FRACTION_MASK) * FRACTION_UNIT)
    rest = (word << _CELL_BITS) & ((1 << _WORD_BITS) - 1)
    return LOWS[-1] + (exponential(rest) if rest else 0.0)


# where each cell begins, and how wide it is (the last one: not from here)
LOWS = quantiles()
STEPS = (*(high - low for low, high in pairwise(LOWS)), 0.0)
# for a block of words side by side: the bits of the fraction, those of the double 1.0, and the lowest bits, for a cell
_LANE = int.from_bytes((1).to_bytes(_WORD_BITS // 8, "little") * BLOCK, "little")
_FRACTIONS, _ONES, _CELLS = (
    _LANE * (FRACTION_MASK << FRACTION_SHIFT),
    _LANE * (0x3FF << CELL_SHIFT),
    _LANE * _LAST_CELL,
)
# where the parts of a word lie in memory: in its lowest quarter and in its highest byte
_LOWEST, _HIGHEST = (0, 7) if sys.byteorder == "little" else (3, 0)


def exponentials(words: array[int], mean: float) -> list[float]:
    """`mean * exponential(word)` of each of up to `BLOCK` words, to the last bit.

    All words are taken apart at once, as one large integer: their fractions become the mantissas of doubles from 1 to 2,
    which is exact and much cheaper than shifting and masking them one by one.
    """
    lows, steps, mean = LOWS, STEPS, float(mean)  # two floats are multiplied faster than an int and a float
    ones = _ONES >> _WORD_BITS * (BLOCK - len(words))
    memory = words.tobytes()
    whole = int.from_bytes(memory, sys.byteorder)
    doubles = array("d", (whole & _FRACTIONS | ones).to_bytes(len(memory), sys.byteorder))
    cells = array("H", (whole >> CELL_SHIFT & _CELLS).to_bytes(len(memory), sys.byteorder))[_LOWEST::4]
    drawn = [mean * (lows[cell] + steps[cell] * (double - 1.0)) for cell, double in zip(cells, doubles, strict=True)]
    for place in _places(memory[_HIGHEST::8], 0xFF):  # only these may lie in the last cell
        drawn[place] = mean * exponential(words[place])
    return drawn


def below(words: array[int], limit: int) -> bytes:
    """`word < limit` of each word, as 1 and 0: the highest byte decides that for all but one in 256."""
    highest = words.tobytes()[_HIGHEST::8]
    edge = limit >> _WORD_BITS - 8
    found = bytearray(highest.translate((b"\1" * edge).ljust(256, b"\0")))
    for place in _places(highest, edge):
        found[place] = words[place] < limit
    return bytes(found)


def uniform(word: int) -> float:
    """A draw from 0 (included) to 1 (excluded)."""
    return (word >> 11) / (1 << 53)


def shares(words: array[int], count: int) -> bytes:
    """`word * count >> 64` of each word: which of `count` equal parts of all words it belongs to, of 256 at the most.

    For most words the highest byte decides that, so they are looked up all at once; the others are computed.
    """
    found = bytearray(words.tobytes()[_HIGHEST::8].translate(_shares_of_bytes(count)))
    for place in _places(found, _UNCLEAR):
        found[place] = words[place] * count >> _WORD_BITS
    return bytes(found)


def _places(data: bytes | bytearray, byte: int) -> Iterator[int]:
    """Where a byte stands; nowhere, if it is none."""
    place = data.find(byte) if byte < 1 << 8 else -1
    while place >= 0:
        yield place
        place = data.find(byte, place + 1)


@cache
def _shares_of_bytes(count: int) -> bytes:
    """The part that a highest byte stands for; `_UNCLEAR` for one that may stand for several."""
    parts = [(byte * count >> 8, ((byte + 1) * count - 1) >> 8) for byte in range(256)]
    return bytes(low if low == high else _UNCLEAR for low, high in parts)

"""Luck by key: a whole block drawn at once is the same luck."""

from array import array
from itertools import accumulate
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from simulations.engine import arrays
from simulations.engine.draws import Draws, below, exponential, exponentials, shares, threshold

LAST_CELL = 4095 << 52
words = st.one_of(
    st.integers(0, 2**64 - 1), st.integers(LAST_CELL, 2**64 - 1), st.integers(0, 4095).map(lambda cell: cell << 52)
)


@given(st.lists(words, min_size=1, max_size=40))
def test_exponentials_of_a_block_are_those_of_its_words(block: list[int]) -> None:
    assert exponentials(array("Q", block), 0.3) == [0.3 * exponential(word) for word in block]


@given(
    st.lists(words, min_size=1, max_size=40),
    st.sampled_from([0, 0.3, 1_000, 1e12]),
    st.floats(0, 1e9),
    st.integers(0, 99),
)
def test_arrays_hold_the_same_bits(block: list[int], mean: float, clock: float, least: int) -> None:
    drawn = [mean * exponential(word) for word in block]
    assert arrays.exponentials(array("Q", block), mean).tolist() == drawn
    assert arrays.durations(array("Q", block), mean, least) == [least + floor(gap) for gap in drawn]
    clocks = list(accumulate(drawn, initial=clock))
    assert arrays.instants(array("Q", block), mean, clock) == (list(map(floor, clocks[1:])), clocks[-1])


@given(st.lists(words, max_size=40), st.floats(0, 1) | st.sampled_from([0, 0.5, 1]), st.integers(-1, 1))
def test_words_below_a_limit_are_found_all_at_once(block: list[int], probability: float, beside: int) -> None:
    limit = min(max(0, threshold(probability) + beside), 1 << 64)
    near = [word for word in (limit - 1, limit, limit + 1) if 0 <= word < 1 << 64]
    assert list(below(array("Q", block + near), limit)) == [word < limit for word in block + near]


@given(st.lists(words, max_size=40), st.integers(1, 256))
def test_shares_of_a_block_are_those_of_its_words(block: list[int], count: int) -> None:
    borders = [-(-(part << 64) // count) for part in range(1, count)]
    near = [border + beside for border in borders for beside in (-1, 0)]
    assert list(shares(array("Q", block + near), count)) == [word * count >> 64 for word in block + near]


@given(st.integers(0, 9), st.lists(st.integers(0, 400_000), max_size=30))
def test_a_draw_depends_on_its_key_alone(number: int, indexes: list[int]) -> None:
    stream = Draws(1).purpose("duration").stream(number)
    found = [stream.word(index) for index in indexes]
    other = Draws(1).purpose("duration").stream(number)
    for count, (index, word) in enumerate(reversed(list(zip(indexes, found, strict=True))), 1):
        assert other.words(index, count)[0] == word

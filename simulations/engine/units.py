"""The only bridge between units. Simulated time is whole microseconds since the start of the run; it never leaves as a float."""

US_PER_MS = 1_000
US_PER_S = 1_000_000
US_PER_MINUTE = 60_000_000
S_PER_H = 3_600
MB_PER_GB = 1_024


def us_from_ms(milliseconds: float) -> int:
    """Whole microseconds of a number of milliseconds."""
    return round(milliseconds * US_PER_MS)


def ms_ceil(microseconds: int) -> int:
    """Milliseconds, rounded up as AWS bills them."""
    return -(-microseconds // US_PER_MS)


def counted(number: int, noun: str) -> str:
    """`1 message`, `7 messages`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


_STEPS = ((86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "min"))


def words(microseconds: int) -> str:
    """A length of time as people say it: "100 ms", "30 s", "2 min 0.1 s", "14 d"; two units at the most."""
    if microseconds < US_PER_S:
        return f"{microseconds / US_PER_MS:g} ms"
    for size, unit in _STEPS:
        if microseconds >= size:
            whole, rest = divmod(microseconds, size)
            return f"{whole} {unit}" if rest < size // 1000 else f"{whole} {unit} {_rest(rest, size)}"
    return f"{microseconds / US_PER_S:g} s"


def _rest(microseconds: int, below: int) -> str:
    """The second unit of `words`: the next smaller one."""
    for size, unit in _STEPS:
        if size < below:
            return f"{round(microseconds / size, 1):g} {unit}"
    return f"{round(microseconds / US_PER_S, 1):g} s"

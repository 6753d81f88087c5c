"""Times in which something is so, as a scenario plans them."""

from typing import Annotated

import msgspec

from simulations.engine.units import us_from_ms, words

_FOREVER = 1 << 62


class Span(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From a moment on, this one included, and until another one, this one not; `to_ms` None: to the end of the run."""

    from_ms: Annotated[float, msgspec.Meta(ge=0)] = 0.0  # a float as when it is read, so that links agree
    to_ms: Annotated[float, msgspec.Meta(ge=0)] | None = None

    @property
    def bounds(self) -> tuple[int, int]:
        """Both moments in microseconds."""
        return us_from_ms(self.from_ms), _FOREVER if self.to_ms is None else us_from_ms(self.to_ms)

    @property
    def wrong(self) -> str | None:
        """What is wrong where no moment lies between the two, so that nothing would ever be so; None: nothing is."""
        begin, end = self.bounds
        if begin < end:
            return None
        return f"This time ends at {words(end)} and begins at {words(begin)}: nothing lies between. Give an end that is later."

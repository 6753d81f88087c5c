"""How fast a function may gain execution environments: LD:scaling-behavior. Units: whole microseconds."""

from simulations.engine.rules import number
from simulations.engine.units import US_PER_S

_SHARE = 1_000_000  # growth is counted in millionths of an environment, in whole numbers


class Growth:
    """CONC-2: how fast a function may gain environments; what it does not use is not saved up."""

    def __init__(self, limit: int) -> None:
        self._most = number("CONC-2", "environments_per_10_s") * _SHARE
        self._per_us = self._most // (number("CONC-2", "interval_s") * US_PER_S)
        self.limits = limit * _SHARE > self._most
        self._left = self._most
        self._since = 0

    def grows(self, at: int) -> bool:
        """Whether there may be one more environment now; if so, it is counted."""
        self._left = min(self._most, self._left + (at - self._since) * self._per_us)
        self._since = at
        if self._left < _SHARE:
            return False
        self._left -= _SHARE
        return True

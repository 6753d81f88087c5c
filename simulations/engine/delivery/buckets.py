"""A token bucket: what AWS limits requests per second with. Units: whole microseconds."""

from simulations.engine.units import US_PER_S

_SCALE = 1_000_000  # counts millionths of a token, in whole numbers


class TokenBucket:
    """`burst` tokens at the most, `rate` new ones a second; it begins full."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._most = self._tokens = int(burst * _SCALE)
        self._since = 0

    def take(self, at: int) -> bool:
        """Take a token, if there is one."""
        self._tokens = min(self._most, self._tokens + int((at - self._since) * self._rate * (_SCALE / US_PER_S)))
        self._since = at
        if self._tokens < _SCALE:
            return False
        self._tokens -= _SCALE
        return True

"""The rate limiter of retry mode adaptive, as botocore has it (SDK-7): CUBIC, as TCP uses it, on requests a second.

It measures how fast the client sends. At the first throttle it begins to hold requests back; each throttle brings the rate
down, each answer lets it climb along a cubic curve back to where it was and then beyond. Units: seconds and requests a
second inside, whole microseconds outside. Only +, -, * and / decide, so that every machine says the same.
"""

from simulations.engine.units import US_PER_S

_SMOOTHING = 0.8
_MEASURED_OVER = US_PER_S // 2
_SCALE = 0.4
_BETA = 0.7
_MOST_GROWTH = 2.0
_LEAST_RATE = 0.5
_FIRST_RATE = 1.0


class RateLimiter:
    """One client's limiter."""

    def __init__(self) -> None:
        self._enabled = False
        self._rate = _FIRST_RATE
        self._capacity = _FIRST_RATE
        self._tokens = 0.0
        self._filled = 0  # when tokens were counted last
        self._measured = 0.0
        self._count = 0
        self._bucket = 0
        self._most = 0.0
        self._climb = 0.0
        self._failed = 0

    def hold(self, at: int) -> int:
        """How long a request that wants to leave now is held back; it takes its token in any case."""
        if not self._enabled:
            return 0
        self._fill(at)
        self._tokens -= 1
        return max(0, int(-self._tokens / self._rate * US_PER_S))

    def heard(self, at: int, *, throttled: bool) -> None:
        """An answer came: change the rate."""
        measured = self._measure(at)
        if throttled:
            self._most = min(measured, self._rate) if self._enabled else measured
            self._climb = cube_root(self._most * (1 - _BETA) / _SCALE)
            self._failed = at
            self._enabled = True
            rate = self._most * _BETA
        else:
            since = (at - self._failed) / US_PER_S - self._climb
            rate = _SCALE * since * since * since + self._most
        self._fill(at)
        self._rate = max(min(rate, _MOST_GROWTH * measured), _LEAST_RATE)
        self._capacity = max(self._rate, _FIRST_RATE)
        self._tokens = min(self._tokens, self._capacity)

    def _fill(self, at: int) -> None:
        self._tokens = min(self._capacity, self._tokens + self._rate * ((at - self._filled) / US_PER_S))
        self._filled = at

    def _measure(self, at: int) -> float:
        """Answers a second, smoothed over stretches of half a second."""
        bucket = at // _MEASURED_OVER
        self._count += 1
        if bucket > self._bucket:
            rate = self._count / ((bucket - self._bucket) * (_MEASURED_OVER / US_PER_S))
            self._measured = rate * _SMOOTHING + self._measured * (1 - _SMOOTHING)
            self._count = 0
            self._bucket = bucket
        return self._measured


def cube_root(number: float) -> float:
    """By Newton's method: libm may differ from machine to machine."""
    if number <= 0:
        return 0.0
    root = max(1.0, number)
    for _ in range(200):
        better = (2 * root + number / (root * root)) / 3
        if better >= root:
            break
        root = better
    return root

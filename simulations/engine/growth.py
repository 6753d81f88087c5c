"""How fast a function may grow, and be asked: LD:scaling-behavior, LD:lambda-concurrency. Units: whole microseconds."""

from simulations.engine.rules import number
from simulations.engine.units import US_PER_S

_SHARE = 1_000_000  # allowances are counted in millionths of an environment or request, in whole numbers


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


class RequestRate:
    """CONC-3: how many synchronous requests a second a function takes; what is unused is saved up for one second."""

    def __init__(self, concurrency: int, *, reserved: bool) -> None:
        self._most = number("CONC-3", "requests_per_s_factor") * concurrency * _SHARE
        self._left = self._most
        self._since = 0
        self._refusal = (
            "ReservedFunctionInvocationRateLimitExceeded" if reserved else "FunctionInvocationRateLimitExceeded",
            "CONC-3",
        )

    def throttled(self, at: int) -> tuple[str, str] | None:
        """Why a request would be refused now: (AWS's reason, rule id); None if it is taken, and then it is counted."""
        self._left = min(self._most, self._left + (at - self._since) * (self._most // US_PER_S))
        self._since = at
        if self._left < _SHARE:
            return self._refusal
        self._left -= _SHARE
        return None

"""The retries of an AWS SDK, as botocore makes them: modes legacy, standard and adaptive, before and after 2026 (SDK-1 to -8).

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html. A wait is a random part of a step that doubles;
its luck is keyed on the call and the number of the retry. Standard mode pays for each retry from a quota. Units: whole
microseconds.
"""

from collections.abc import Mapping

import msgspec

from simulations.engine.delivery.adaptive import RateLimiter
from simulations.engine.delivery.synchronous import Call, Problem, Retry
from simulations.engine.draws import uniform
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.units import US_PER_MS, US_PER_S

_RETRIED = {"throttled", "gave_up"}
_RETRIED_ERRORS = {"ServiceException"}  # 5xx
_HTTP_200 = {"function_error", "timed_out"}  # SYNC-2: a success to whoever looks at the status only
_REWARD = 1  # tokens that a call without a retry gives back


class Mode(msgspec.Struct, frozen=True, kw_only=True):
    """One way to retry; `waits` and `costs` by kind of problem, "" for all others. `quota` None: nothing to pay."""

    rule: str
    attempts: int
    waits: Mapping[str, int]
    longest: int | None = None
    quota: int | None = None
    costs: Mapping[str, int] = {}


LEGACY = Mode(
    rule="SDK-3",
    attempts=number("SDK-3", "attempts"),
    waits={"": number("SDK-3", "wait_s") * US_PER_S},
)
STANDARD = Mode(
    rule="SDK-4",
    attempts=number("SDK-4", "attempts"),
    waits={"": number("SDK-4", "wait_s") * US_PER_S},
    longest=number("SDK-4", "longest_wait_s") * US_PER_S,
    quota=number("SDK-4", "quota"),
    costs={"": number("SDK-4", "retry_cost"), "gave_up": number("SDK-4", "timeout_cost")},
)
STANDARD_2026 = Mode(
    rule="SDK-5",
    attempts=number("SDK-5", "attempts"),
    waits={
        "": number("SDK-5", "transient_wait_ms") * US_PER_MS,
        "throttled": number("SDK-5", "throttle_wait_ms") * US_PER_MS,
    },
    longest=number("SDK-5", "longest_wait_s") * US_PER_S,
    quota=number("SDK-5", "quota"),
    costs={"": number("SDK-5", "transient_cost"), "throttled": number("SDK-5", "throttle_cost")},
)
_FACTOR = number("SDK-4", "factor")


def mode(name: str | None, *, new: bool) -> Mode:
    """The mode that a client has by its settings; without AWS_RETRY_MODE the year decides (SDK-6)."""
    if name == "legacy" or (name is None and not new):
        return LEGACY
    return STANDARD_2026 if new else STANDARD


class _Client:
    """What one client object remembers: the tokens of its quota, and its rate limiter in mode adaptive."""

    def __init__(self, quota: int | None, *, adaptive: bool) -> None:
        self.tokens = quota or 0
        self.limiter = RateLimiter() if adaptive else None


class Sdk:
    """The retries of an SDK. `shared`: all calls go through one client object (MODEL-21)."""

    def __init__(self, sim: Sim, mode: Mode, attempts: int | None, *, adaptive: bool, shared: bool) -> None:
        self._sim = sim
        self._mode = mode
        self._attempts = mode.attempts if attempts is None else attempts
        self._why = mode.rule if attempts is None else "SDK-1"
        self._adaptive = adaptive
        self._shared = _Client(mode.quota, adaptive=adaptive) if shared else None
        self._own: dict[int, _Client] = {}

    def hold(self, at: int, call: Call) -> int:
        """SDK-7: the client's rate limiter may hold back even a first attempt."""
        limiter = self._client(call).limiter
        return limiter.hold(at) if limiter is not None else 0

    def worked(self, at: int, call: Call) -> None:
        """A good answer gives tokens back: what the last retry cost, or one."""
        client, quota = self._client(call), self._mode.quota
        if client.limiter is not None:
            client.limiter.heard(at, throttled=False)
        if quota is not None:
            client.tokens = min(quota, client.tokens + (call.spent[-1] if call.spent else _REWARD))
        self._own.pop(call.index, None)

    def again(self, at: int, call: Call, problem: Problem) -> Retry | str:
        """Retry throttles, 5xx and timeouts, while attempts and quota last; never a function error (SDK-2)."""
        if problem.kind in _HTTP_200:
            self.worked(at, call)
            return "SDK-2"
        client = self._client(call)
        if client.limiter is not None:
            client.limiter.heard(at, throttled=problem.kind == "throttled")
        if problem.kind not in _RETRIED and problem.error not in _RETRIED_ERRORS:
            return ""
        if call.attempts >= self._attempts:
            self._limit(at, call, self._why, "max_attempts", str(self._attempts))
            return self._why
        mode = self._mode
        if mode.quota is not None:
            cost = mode.costs.get(problem.kind, mode.costs[""])
            if cost > client.tokens:
                self._limit(at, call, mode.rule, "Retry quota", f"{mode.quota} tokens")
                return mode.rule
            client.tokens -= cost
            call.spent.append(cost)
        return Retry(self._wait(call, problem), mode.rule)

    def _wait(self, call: Call, problem: Problem) -> int:
        """A random part of a step that doubles with each retry."""
        mode = self._mode
        step = mode.waits.get(problem.kind, mode.waits[""]) * _FACTOR**call.retries
        step = step if mode.longest is None else min(step, mode.longest)
        return int(uniform(self._sim.draws.purpose("sdk_retry").word(call.retries, call.index)) * step)

    def _client(self, call: Call) -> _Client:
        if self._shared is not None:
            return self._shared
        return self._own.setdefault(call.index, _Client(self._mode.quota, adaptive=self._adaptive))

    def _limit(self, at: int, call: Call, rule: str, name: str, text: str) -> None:
        for event in call.events:
            self._sim.log.limit(at, rule, name, text, event.id)

"""Execution environments: which one runs the code next, and what initialising it takes.

Models the life cycle of LD:lambda-runtime-environment. Units: whole microseconds.
"""

from simulations.engine.rules import number
from simulations.engine.units import US_PER_S

# (environment, microseconds before the code runs, microseconds within its duration, the rule that says so)
Taken = tuple[int, int, int, str]


class Environments:
    """All of one function's. `kept`: how long an unused one stays warm; `provisioned`: environments 1 to this are kept ready."""

    def __init__(self, init: int, kept: int, provisioned: int) -> None:
        self._init = init
        self.kept = kept
        self._provisioned = provisioned
        self._init_limit = number("INIT-1", "limit_s") * US_PER_S
        self.idle: list[
            tuple[int, int, bool]
        ] = []  # on demand: (idle since, environment, initialise again), used last last
        self._ready = [(environment, False) for environment in range(provisioned, 0, -1)]
        self._ready_rule = "INIT-2" if init > self._init_limit else "CONC-5"
        self._made = provisioned

    def warm(self, at: int) -> bool:
        """Whether one is there that need not be made."""
        return bool(self._ready) or bool(self.idle and at - self.idle[-1][0] <= self.kept)

    def free(self, at: int, environment: int, *, again: bool) -> None:
        """An invocation is over; INIT-3: after a crash or a timeout its environment must be initialised `again`."""
        if environment > self._provisioned:
            self.idle.append((at, environment, again))
        else:
            self._ready.append((environment, again))

    def take(self, at: int) -> Taken:
        """One that is provisioned (CONC-5), the one that was used last (MODEL-1), or a new one."""
        if self._ready:
            environment, again = self._ready.pop()
            return environment, 0, self._init if again else 0, "INIT-3" if again else self._ready_rule
        if not self.idle:
            return self._new(expired=False)
        since, environment, again = self.idle.pop()
        if at - since <= self.kept:
            return environment, 0, self._init if again else 0, "INIT-3" if again else "MODEL-1"
        self.idle.clear()  # all others have been idle for longer still
        return self._new(expired=True)

    def _new(self, *, expired: bool) -> Taken:
        """`expired`: those that there were have been idle for too long."""
        self._made += 1
        if self._init > self._init_limit:  # initialised a second time, now under the function's timeout
            return self._made, self._init_limit, self._init, "INIT-1"
        return self._made, self._init, 0, "MODEL-2" if expired else "INIT-4" if self._init else "INIT-1"

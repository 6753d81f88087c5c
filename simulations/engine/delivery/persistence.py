"""Callers that try some problems again, a fixed number of times and after a fixed wait: Cognito and Data Firehose."""

from collections.abc import Mapping

from simulations.engine.delivery.synchronous import Call, Problem, Retry
from simulations.engine.sim import Sim


class Persistent:
    """Retries these kinds of problems, each by its rule, until so many attempts are made.

    `rule` says how many there are, `limit` is its name; `waits` is the rule of the time between them.
    """

    def __init__(
        self, sim: Sim, rule: str, limit: tuple[str, int], kinds: Mapping[str, str], wait: int, waits: str
    ) -> None:
        self._sim = sim
        self._rule = rule
        self._limit, self._attempts = limit
        self._kinds = kinds
        self._wait = wait
        self._waits = waits

    def again(self, at: int, call: Call, problem: Problem) -> Retry | str:
        """The next attempt, if this kind is tried again and attempts are left."""
        why = self._kinds.get(problem.kind)
        if why is None:
            return ""
        if call.attempts < self._attempts:
            return Retry(self._wait, why, self._waits)
        for event in call.events:
            self._sim.log.limit(at, self._rule, self._limit, str(self._attempts), event.id)
        return self._rule

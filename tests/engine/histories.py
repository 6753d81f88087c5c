"""Small traces made by hand: what the folds must say about them is plain to see."""

from typing import Any

from simulations.engine import Scenario, parse_scenario
from simulations.engine.trace import Log, Outcome, Row

S = 1_000_000


class History:
    """A trace under construction; times are in seconds, `took` is in milliseconds."""

    def __init__(self) -> None:
        self.log = Log()
        self.invocations = 0

    @property
    def rows(self) -> list[Row]:
        return self.log.rows

    def arrive(self, at: float, *events: str, size: int = 1_024) -> None:
        for event in events:
            self.log.arrived(_us(at), "RUN-5", event, size, None, None)

    def accept(self, at: float, event: str) -> None:
        self.log.accepted(_us(at), "ASYNC-1", event)

    def receive(self, at: float, *events: str) -> None:
        self.log.received(_us(at), "SQS-1", list(events), [1] * len(events), None)

    def invoke(
        self, at: float, events: dict[str, int], outcome: int = Outcome.SUCCEEDED, *,
        took: int = 100, init: int = 0, response: Any = None,
    ) -> None:  # fmt: skip
        """The code runs; `events` says of each event how often it has now been handed to the code."""
        self.invocations += 1
        start = _us(at)
        self.log.attempt(
            "RUN-6", "RUN-6", self.invocations, 1, start, init * 1_000, start + (init + took) * 1_000, outcome, None, None,
            init + took, response, None, 1, list(events), [(event, number, None, 0) for event, number in events.items()],
        )  # fmt: skip

    def throttle(self, at: float, *events: str, outcome: int = Outcome.THROTTLED) -> None:
        start = _us(at)
        self.log.attempt(
            "RUN-6", "CONC-1", None, 1, start, 0, start, outcome, "TooManyRequestsException", None,
            0, None, None, None, list(events), [(event, None, None, 0) for event in events],
        )  # fmt: skip

    def hide(self, at: float, until: float, *events: str) -> None:
        self.log.hidden(_us(at), "SQS-2", list(events), _us(until))

    def delete(self, at: float, *events: str, failed: tuple[str, ...] = ()) -> None:
        self.log.deleted(_us(at), "SQS-1", list(events), list(failed))

    def answer(self, at: float, event: str, status: int) -> None:
        self.log.answered(_us(at), "APIGW-7", event, status, None, None)

    def capture(self, at: float, by: str, *events: str) -> None:
        self.log.captured(_us(at), "DEST-3", list(events), by, "RetriesExhausted", 3, {"body": "it"})

    def settle(self, at: float, fate: int, *events: str) -> None:
        for event in events:
            self.log.settled(_us(at), "RUN-6", event, fate, None)

    def end(self, at: float, **counts: int) -> None:
        self.log.ended(_us(at), "RUN-1", "settled", counts)


def _us(seconds: float) -> int:
    return round(seconds * S)


def scenario(trigger: str = "s3", **sections: Any) -> Scenario:
    return parse_scenario({"trigger": trigger, **sections})

"""How fast the pollers of provisioned mode receive: so many calls and so many bytes a second for each of them (SQS-13).

Models LD:services-sqs-scaling. What a second allows may be used at once, and fills evenly (MODEL-53). Units: whole
microseconds, bytes.
"""

from simulations.engine.rules import number
from simulations.engine.units import US_PER_S

INVOCATIONS = number("SQS-13", "invocations_per_poller")
_CALLS = number("SQS-13", "receives_per_s")
_BYTES = number("SQS-13", "bytes_per_s")


class Throughput:
    """Two buckets, of receives and of bytes; each has room again for a whole second at the moment up to which it has been used."""

    def __init__(self) -> None:
        self._until = [0, 0]
        self._last = [0, 0]  # what the last receive took

    def free_at(self) -> int:
        """When there is room for another receive like the last one."""
        return max(until + min(last, US_PER_S) for until, last in zip(self._until, self._last, strict=True)) - US_PER_S

    def limit(self) -> tuple[str, str]:
        """The one that holds the pollers back: its name and value."""
        if self._until[0] > self._until[1]:
            return "Receives a second and poller", str(_CALLS)
        return "Bytes a second and poller", f"{_BYTES:,}"

    def spend(self, at: int, pollers: int, calls: int, size: int) -> None:
        """A receive of so many calls and bytes has been made by one of so many pollers."""
        self._last = [-(-calls * US_PER_S // (_CALLS * pollers)), -(-size * US_PER_S // (_BYTES * pollers))]
        self._until = [max(until, at) + last for until, last in zip(self._until, self._last, strict=True)]

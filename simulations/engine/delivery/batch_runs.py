"""The runs of batches in `express_queue`: how each comes out is known when it begins. Units: whole microseconds."""

from array import array
from collections.abc import Iterator

from simulations.engine import arrays
from simulations.engine.delivery.aging import NEVER
from simulations.engine.delivery.messages import IN_FLIGHT, RECEIVE_MOST
from simulations.engine.delivery.numbers import Numbers
from simulations.engine.delivery.pollers import MOST
from simulations.engine.delivery.queue_settings import Settings
from simulations.engine.draws import exponential
from simulations.engine.pages import FAILED, SCATTERED, TIMED_OUT, WORKED, Piece
from simulations.engine.sim import Sim
from simulations.engine.units import US_PER_MS

_NOTHING: list[Piece] = []
_WORDS = 8_192  # of messages that were received, to be forgotten in one go
UNCROWDED = IN_FLIGHT - (MOST + 1) * RECEIVE_MOST  # so many that wait hidden leave room for all that may run
# a run under way is one number: its end, then the number of its invocation, then how many messages will be deleted
END_BITS, _COUNT_BITS = 48, 4
_COUNT, ONE_MORE = (1 << _COUNT_BITS) - 1, 1 << _COUNT_BITS


class Runs:
    """`ends` are the runs under way, a heap, and one that never ends. `told` are those whose end says more than that a poller
    is free: what was handled, what was not, and whether pollers hear that the code failed.

    `tries` and `scattered` are these columns of the log. `words` decide how long first invocations take, from the
    message `drawn_from` on; in runs of many events `rests` say it: what comes on top of the least duration.
    """

    def __init__(self, sim: Sim, settings: Settings, messages: Numbers) -> None:
        self.ends = [NEVER << END_BITS]
        self.told: dict[int, tuple[list[int], list[int], bool]] = {}
        self.serial = self._vain = 0
        self.tries: list[int] = []
        self.scattered: list[list[Piece]] = []
        self.words, self.rests, self.drawn_from = array("Q"), list[int](), 0
        self._sim = sim
        self._function = sim.function
        self._messages = messages
        self._listens = settings.reports
        self._reduces = settings.scale.reduces and not settings.reports

    @property
    def invocations(self) -> int:
        """How many runs there have been."""
        return self.serial >> _COUNT_BITS

    @property
    def deletes(self) -> int:
        """After how many of them messages are deleted."""
        return self.invocations - self._vain

    def arrivals(self) -> Iterator[list[int]]:
        """When messages arrive, block by block; what comes of their first invocations is drawn with them."""
        sim, function, words, rests, messages = self._sim, self._function, self.words, self.rests, self._messages
        enough = sim.way.at_once(_WORDS)
        for first, times in sim.instants():
            drawn = function.luck.stream(1).words(first, len(times))
            if sim.draws.at_once:
                rests += arrays.durations(drawn, function.mean, 0)
            else:
                words += drawn
            passed = messages.head - self.drawn_from
            if passed > enough:
                del words[:passed], rests[:passed]
                self.drawn_from = messages.head
            messages.doom.arrive(first, len(times))
            yield times

    def room(self, at: int, most: int) -> int:
        """SQS-15: how many more messages may be in flight, up to so many."""
        messages = self._messages
        too_old = sum(messages.too_old(handled) for handled, _, _ in self.told.values())
        room = IN_FLIGHT - messages.asleep - sum(key & _COUNT for key in self.ends) + too_old
        if room < most:
            messages.now = at
        return min(room, most)

    def begin(self, at: int, batch: list[Piece], count: int) -> int:
        """A run of a batch of so many messages: the number that stands for it. What is not deleted at its end comes back."""
        self.serial += ONE_MORE
        function, messages, (members, received) = self._function, self._messages, batch[0]
        first, rest = members[0], 0
        new = not received and first >= self.drawn_from
        if new and self.rests:
            rest = self.rests[first - self.drawn_from]
        elif function.mean:
            word = self.words[first - self.drawn_from] if new else function.luck.word(received + 1, first)
            rest = int(function.mean * exponential(word))
        spent = function.least + function.per_event * count + rest
        outcome, kept, left = WORKED, _NOTHING, 0
        if spent > function.timeout:
            spent, outcome, kept, left = function.timeout, TIMED_OUT, batch, count
        elif messages.doom.comes(at, batch):
            if not messages.doom.reports:
                outcome, kept, left = FAILED, batch, count
            elif self._listens:
                kept = messages.doom.named(at, batch)
                left = sum(len(members) for members, _ in kept)
            else:
                messages.doom.passes(batch)
        done = count - left
        heard = outcome != WORKED and self._reduces
        if heard or at >= messages.careful_from:
            back = [index for members, _ in kept for index in members]
            handled = [index for members, _ in batch for index in members if index not in back]
            self.told[(at + spent) << END_BITS | self.serial | done] = handled, back, heard
            messages.running.update(handled, back)
        self._vain += not done
        if left:
            messages.keep(at, kept, left)
        if len(batch) > 1 or not isinstance(members, range):
            first = SCATTERED
            self.scattered.append(batch)
        self.tries += (at, at + spent, outcome, -(-spent // US_PER_MS), count, done, first)
        return at + spent << END_BITS | self.serial | done

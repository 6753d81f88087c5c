"""The runs of batches in `express_queue`: how each comes out is known when it begins. Units: whole microseconds."""

from array import array
from heapq import heappush

from simulations.engine.delivery.aging import NEVER
from simulations.engine.delivery.messages import IN_FLIGHT, RECEIVE_MOST
from simulations.engine.delivery.numbers import Numbers
from simulations.engine.delivery.pollers import MOST
from simulations.engine.delivery.queue_settings import Settings
from simulations.engine.pages import FAILED, TIMED_OUT, WORKED
from simulations.engine.sim import Sim
from simulations.engine.units import US_PER_MS

_NOTHING: list[int] = []
_WORDS = 8_192  # to be forgotten in one go
UNCROWDED = IN_FLIGHT - (MOST + 1) * RECEIVE_MOST  # so many that wait hidden leave room for all that may run
# a run under way is one number: its end, then the number of its invocation, then how many messages will be deleted
END_BITS, _COUNT_BITS = 48, 4
_COUNT, ONE_MORE = (1 << _COUNT_BITS) - 1, 1 << _COUNT_BITS


class Runs:
    """`ends` are the runs under way, a heap, and one that never ends. `told` are those whose end says more than that a poller
    is free: what was handled, what was not, and whether pollers hear that the code failed.

    `tries` and `members` are these columns of the log. `words` decide how long first invocations take, from an index on.
    """

    def __init__(self, sim: Sim, settings: Settings, messages: Numbers) -> None:
        self.ends = [NEVER << END_BITS]
        self.told: dict[int, tuple[list[int], list[int], bool]] = {}
        self.serial = self._vain = 0
        self.tries: list[int] = []
        self.members: list[int] = []
        self.words, self.words_from = array("Q"), 0
        self._function = sim.function
        self._stream = sim.function.luck.stream(1)
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

    def arrive(self, first: int, count: int) -> None:
        """So many messages are new."""
        messages, words = self._messages, self.words
        words += self._stream.words(first, count)
        if len(words) > 2 * _WORDS:
            del words[:_WORDS]
            self.words_from += _WORDS
        messages.doom.arrive(first, count)

    def room(self, at: int, most: int) -> int:
        """SQS-15: how many more messages may be in flight, up to so many."""
        messages = self._messages
        too_old = sum(messages.too_old(handled) for handled, _, _ in self.told.values())
        room = IN_FLIGHT - messages.asleep - sum(key & _COUNT for key in self.ends) + too_old
        if room < most:
            messages.now = at
        return min(room, most)

    def begin(self, at: int, taken: list[int], *, plain: bool) -> None:
        """A run of a batch; `plain`: all of it is new, and works."""
        self.serial += ONE_MORE
        count, done, spent, outcome = len(taken), len(taken), NEVER, WORKED
        if plain and taken[0] >= self.words_from:
            spent = self._function.spent_by(count, self.words[taken[0] - self.words_from])
        if spent > self._function.timeout:
            spent, outcome, done = self.judge(at, taken)
        end = at + spent
        heappush(self.ends, end << END_BITS | self.serial | done)
        self.tries += (at, end, outcome, -(-spent // US_PER_MS), count, done)
        self.members += taken

    def judge(self, at: int, taken: list[int]) -> tuple[int, int, int]:
        """How long the run takes, how it comes out, and how many messages are deleted after it; the others come back."""
        function, messages, count, index = self._function, self._messages, len(taken), taken[0]
        received, place = messages.receives.get(index, 0), index - self.words_from
        if not received and place >= 0:
            spent = function.spent_by(count, self.words[place])
        else:
            spent = function.spent(count, received + 1, index)
        outcome, kept = WORKED, _NOTHING
        if spent > function.timeout:
            spent, outcome, kept = function.timeout, TIMED_OUT, taken
        elif messages.doom.comes(at, taken):
            if not messages.doom.reports:
                outcome, kept = FAILED, taken
            elif self._listens:
                kept = messages.doom.named(at, taken)
        handled = taken if not kept else _NOTHING if len(kept) == count else [one for one in taken if one not in kept]
        heard = outcome != WORKED and self._reduces
        if heard or at >= messages.careful_from:
            self.told[(at + spent) << END_BITS | self.serial | len(handled)] = handled, kept, heard
            messages.running.update(taken)
        if handled:
            messages.handle(handled)
        else:
            self._vain += 1
        if kept:
            messages.keep(at, kept)
        return spent, outcome, len(handled)

"""The trace of a run in its short form: what cannot be computed from anything else, in columns of numbers.

A run that is simulated in one loop (`delivery/express.py`) leaves pages; `delivery/unfold.py` makes the records of them, and
totals can be added up without any record. Units: whole microseconds.
"""

from collections.abc import Sequence
from typing import NamedTuple

# how an attempt came out
WORKED, FAILED, TIMED_OUT, THROTTLED = range(4)


TRY, GONE = 5, 3  # numbers that `tries` has of each attempt, and `gone` of each event


class Page(NamedTuple):
    """A piece of the log: every attempt with its start, its end, how it came out, and the milliseconds that are billed.

    The first attempts of events that arrived one after the other stand in columns, the first of them of the event with index
    `first`. `tries` are the attempts of events that came back: start, end, outcome, billed time and index of one, then of the
    next. Where both start at the same moment, those that came back are first. A throttled attempt ends when it starts. `gone`
    are events that are not tried any more: when, their fate and index.
    """

    first: int
    starts: list[int]
    ends: list[int]
    outcomes: list[int]
    billed: list[int]
    tries: list[int]
    gone: list[int]


class StreamPage(NamedTuple):
    """A piece of the log of a stream.

    Records arrived at `times`, the first of them with index `first`, each in the shard whose number stands in `shards`. `tries`
    are the attempts: start, end, outcome, milliseconds billed, shard, and which of its records: the index of the first, the one
    that all of them are below, and how many; they are in order within each shard. `gone` are records that were given up, or
    lost because the stream forgot them: when, their fate, shard, and which of its records in the same way.
    """

    first: int
    times: list[int]
    shards: bytes
    tries: list[int]
    gone: list[int]


STREAM_TRY, STREAM_GONE = 8, 6  # numbers that `tries` has of each attempt, and `gone` each time


Piece = tuple[Sequence[int], int]  # the indexes of messages of a batch, and how often each was received in vain before


class QueuePage(NamedTuple):
    """A piece of the log of a queue.

    Messages arrived at `times`, the first of them with index `first`. `tries` are the attempts in the order of their starts:
    start, end, outcome, milliseconds billed, how many messages, how many of these were deleted at its end, and the index of the
    first one, if they are messages that arrived one after the other. Otherwise that is `SCATTERED`, and the batch stands in
    `scattered`, attempt after attempt. `gone` are messages that were moved or lost: when, their fate and index.
    """

    first: int
    times: list[int]
    tries: list[int]
    scattered: list[list[Piece]]
    gone: list[int]


QUEUE_TRY, QUEUE_GONE = 7, 3  # numbers that `tries` has of each attempt, and `gone` of each message
SCATTERED = -1

"""A trace as lines that a person reads in a terminal: when, what, by which rule; then what became of each event."""

from collections.abc import Iterator
from typing import assert_never

import msgspec

from simulations import ignored
from simulations.engine import TRIGGERS, Report, Scenario, packs
from simulations.engine import trace as t
from simulations.engine.cost import Cost
from simulations.engine.report import EventReport
from simulations.engine.trigger import model_of

_UNITS = ((86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "min"))


def in_words(us: int) -> str:
    """A time or duration with its units: 100 ms, 1 min 0.1 s, 13 d 23 h 59 min 30 s."""
    if us < 1_000_000:
        return f"{_short(us / 1000)} ms"
    parts = []
    for size, name in _UNITS:
        if us >= size:
            parts.append(f"{us // size} {name}")
            us %= size
    if us or not parts:
        parts.append(f"{_short(us / 1_000_000)} s")
    return " ".join(parts)


def _short(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")


def head(scenario: Scenario, link: str) -> str:
    """What is being run, and what of it does nothing."""
    trigger = TRIGGERS[scenario.trigger]
    model = model_of(trigger, scenario.settings)
    lines = [f"{trigger.label}, invoked as: {model}; seed {scenario.seed}, rules {scenario.rules}", f"/?{link}"]
    changes = packs.changed_since(scenario.rules, scenario.trigger, msgspec.to_builtins(scenario.settings))
    newer = (
        f"{packs.in_words(scenario.rules, changes)} With rules={packs.NEWEST} it follows the newest." if changes else ""
    )
    return "\n".join([*lines, *filter(None, [ignored.in_words(scenario), newer]), ""])


def line(record: t.Record) -> str:
    """One record as one line."""
    return f"{in_words(record.at_us):>22}  {record.rule:<10}  {_told(record)}"


def _told(record: t.Record) -> str:  # noqa: C901, PLR0912  (one case a kind)
    match record:
        case t.Arrived():
            where = f" in {record.shard or record.group}" if record.shard or record.group else ""
            return f"event {record.event} arrives ({record.size_bytes:,} bytes){where}"
        case t.Accepted():
            return f"event {record.event} is accepted into Lambda's queue"
        case t.Received():
            return f"received: {_events(record.events)}{_counts(record.receive_counts)}"
        case t.Attempt():
            return _attempt(record)
        case t.Answered():
            error = f", {record.function_error}" if record.function_error else ""
            return f"the caller of event {record.event} is answered {record.status_code}{error}"
        case t.Hidden():
            return f"hidden until {in_words(record.until_us)}: {_events(record.events)}"
        case t.Waiting():
            return f"waits until {in_words(record.until_us)}: {_events(record.events)}"
        case t.Deleted():
            late = f"; too late for {', '.join(record.failed)}" if record.failed else ""
            return f"deleted from the queue: {_events(record.events)}{late}"
        case t.Filtered():
            return f"matches no filter: {_events(record.events)}"
        case t.Checkpointed():
            return f"checkpoint of {record.shard} moves past {_events(record.events)}"
        case t.Split():
            return f"batch split: {_events(record.events)} and {_events(record.rest)}"
        case t.Captured():
            return f"CAPTURED by {record.by} ({record.cause}, count {record.count}): {_events(record.events)}"
        case t.CaptureFailed():
            return f"{record.by} could not take {_events(record.events)} ({record.cause}): {record.reason}"
        case t.Settled():
            return f"event {record.event} is {record.fate.upper()}{f' ({record.cause})' if record.cause else ''}"
        case t.Limit():
            about = f" (event {record.event})" if record.event else ""
            return f"limit reached: {record.limit}, {record.value}{about}"
        case t.Scaled():
            return f"the mapping now runs up to {record.pollers} batches at once"
        case t.Ended():
            counts = "".join(f"; {name.replace('_', ' ')}: {count:,}" for name, count in record.counts.items())
            return f"the run ends: {record.reason.replace('_', ' ')}{counts}"
        case _ as never:
            assert_never(never)


def _attempt(record: t.Attempt) -> str:
    cold = f" after {in_words(record.init_us)} of initialisation" if record.init_us else ""
    took = f", {in_words(record.end_us - record.start_us - record.init_us)}{cold}" if record.invocation else ""
    why = record.error_type or record.throttle_reason
    billed = f", billed {record.billed_ms:,} ms" if record.billed_ms else ""
    named = record.response.get("batchItemFailures") if isinstance(record.response, dict) else None
    failed = f", names {len(named)} in batchItemFailures" if isinstance(named, list) and named else ""
    return (
        f"attempt {record.attempt} with {_events(record.events)}{_receives(record)}: {record.outcome.upper().replace('_', ' ')}"
        f"{f' ({why})' if why else ''}{took}{billed}{failed}{_rules(record)}"
    )


def _receives(record: t.Attempt) -> str:
    """Of messages: the how-manieth receive it is, which is what they are tried again by."""
    counts = {member["receive_count"] for member in record.members} - {None}
    least, most = min(counts, default=0), max(counts, default=0)
    return f" (receive {least}{f' to {most}' if most > least else ''})" if counts else ""


def _rules(record: t.Attempt) -> str:
    rules = [rule for rule in (record.outcome_rule, record.environment_rule) if rule]
    return f" [{', '.join(rules)}]"


def _events(ids: list[str]) -> str:
    if len(ids) == 1:
        return f"event {ids[0]}"
    shown = ", ".join(ids[:10])
    return f"{len(ids):,} events ({shown}{', …' if len(ids) > 10 else ''})"


def _counts(counts: list[int]) -> str:
    if not counts:
        return ""
    return (
        f", receive count {counts[0]}"
        if len(set(counts)) == 1
        else f", receive counts {', '.join(map(str, counts[:10]))}"
    )


def summary(report: Report) -> Iterator[str]:
    """What became of each event, then the totals and the bill."""
    yield "\nWhat became of each event"
    for event, found in (report.by_event or {}).items():
        yield f"{event:>22}  {_fate(found)}"
    yield "\nTotals"
    for name in ("events", "attempts", "invocations"):
        counts = msgspec.to_builtins(getattr(report, name))
        yield f"{name:>22}  " + ", ".join(f"{key.replace('_', ' ')} {count:,}" for key, count in counts.items())
    yield from _cost(report.cost)


def _cost(cost: Cost) -> Iterator[str]:
    """The bill, what failures cost, and a month of it."""
    yield f"{'cost':>22}  ${cost.total_usd} in {cost.region}"
    for item in cost.line_items:
        yield f"{'':>22}  {item.what}: {item.arithmetic}"
    yield f"{'failures':>22}  {cost.failures.sentence}"
    if cost.failures.loop is not None:
        yield f"{'':>22}  {cost.failures.loop.sentence}"
    yield f"{'a month':>22}  {cost.month.sentence}"
    for text in dict.fromkeys((*cost.notes, *cost.month.assumptions)):
        yield f"{'note':>22}  {text}"
    for left_out in cost.not_priced:
        yield f"{'not priced':>22}  {left_out}"


def _fate(found: EventReport) -> str:
    fate = (found.fate or "unsettled").upper()
    cause = f" ({found.cause})" if found.cause else ""
    when = f" at {in_words(found.settled_us)}" if found.settled_us is not None else ""
    counts = f"; invocations {found.invocations}"
    if found.receive_count:
        counts += f", receive count {found.receive_count}"
    if found.answers:
        counts += f"; answered {', '.join(str(answer.status_code) for answer in found.answers)}"
    kept = f"; captured by {', '.join(found.captured_by)}" if found.captured_by else ""
    return f"{fate}{cause}{when}{counts}{kept}"

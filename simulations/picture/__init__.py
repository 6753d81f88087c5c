"""The picture of a run as the server draws it: first paint, pages without script, previews and exports.

Fold and layout exist twice, here and in `static/js`; golden vectors under `tests/golden` hold both to the same numbers.
`story` reads the rows, `activity` and `fold` make the axis, `lanes`, `marks`, `points` and `layout` place everything, `draw`
writes it, `tables` and `sentence` say the same in words.
"""

from collections.abc import Iterable

from simulations.engine.trace import Row
from simulations.picture.draw import Pane, draw, draw_panes
from simulations.picture.sentence import about
from simulations.picture.story import read
from simulations.picture.tables import Line, Table, events_table, table

__all__ = ["Line", "Pane", "Table", "draw", "draw_panes", "events_table", "read", "summary", "table"]


def summary(rows: Iterable[Row], noun: str) -> str:
    """The run in one sentence."""
    return about(read(rows), [], noun)

"""The picture of a run as the server draws it: first paint, pages without script, previews and exports.

Fold and layout exist twice, here and in `static/js`; golden vectors under `tests/golden` hold both to the same numbers.
`story` reads the rows, `activity` and `fold` make the axis, `lanes`, `marks`, `points` and `layout` place everything, `draw`
writes it, `tables` and `sentence` say the same in words.
"""

from simulations.picture.draw import draw
from simulations.picture.tables import Line, Table, events_table, table

__all__ = ["Line", "Table", "draw", "events_table", "table"]

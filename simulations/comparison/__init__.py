"""Two or three scenarios side by side: their links, the rule of pane A, and what differs, in words.

The address is `/compare/?a=LINK&b=LINK[&c=LINK]`, each a whole scenario link, quoted. The same events meet the same failures
in every pane: traffic, failures and seed are those of A; only what fails in catchers stays each pane's own, because a catcher
belongs to what is wired, not to the events. The canonical address holds what is really run.

The form of the page adds `a_trigger`, `b_trigger` and `c_trigger`: another trigger for a pane, or none for the third; and a flat
scenario (`/compare/?trigger=s3&...`, what the form of a single scenario sends) means: this one beside the other models.
"""

from simulations.comparison.columns import MODELS, Column, columns
from simulations.comparison.reading import LETTERS, Comparison, Pane, canonical, read_comparison, shared_keys
from simulations.comparison.words import InWords, in_words

__all__ = [
    "LETTERS",
    "MODELS",
    "Column",
    "Comparison",
    "InWords",
    "Pane",
    "canonical",
    "columns",
    "in_words",
    "read_comparison",
    "shared_keys",
]

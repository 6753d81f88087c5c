"""Static files as they are sent: our own scripts without their comments, which are for whoever reads the source.

Only comments that fill their lines go, and their lines stay, empty: a line number in a browser's message is one of the source.
"""

import re

from django.core.files.base import ContentFile, File
from servestatic.storage import CompressedStaticFilesStorage

_COMMENT = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/).)*\*/[ \t]*$|//[^\n]*$)", re.DOTALL | re.MULTILINE)


def without_comments(script: str) -> str:
    """The same script; what was a comment is empty lines."""
    return _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), script)


class LightStorage(CompressedStaticFilesStorage):  # type: ignore[misc]  # servestatic has no types
    """Keeps our own scripts light; everything else as it is."""

    def _save(self, name: str, content: "File[bytes]") -> str:
        if name.endswith(".js") and "vendor" not in name:
            content.open("rb")
            content = ContentFile(without_comments(content.read().decode()).encode(), name=name)
        saved: str = super()._save(name, content)
        return saved

"""Write the files anew."""

from simulations.as_code import LANGUAGES, as_code
from simulations.links import read_link
from tests.golden.code import FOLDER, SCENARIOS

for name, link in SCENARIOS.items():
    for language, (_, file) in LANGUAGES.items():
        (FOLDER / f"{name}.{file.rpartition('.')[2]}").write_text(getattr(as_code(read_link(link)), language))

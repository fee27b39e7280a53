"""`hf`: a folder that Hugging Face `datasets` loads, from the disk as from the hub.

    before  snapshots/000003/article/00.parquet, 01.parquet, …
    after   out/data/article/00.parquet, 01.parquet, …, out/README.md with a dataset card

    datasets.load_dataset("out", "article", split="train")

The Parquet files are those of the warehouse (see `warehouse.links`), those without rows too. The card's YAML head makes
each table a config, and `article` the one that is loaded where none is named. A table that has no row at all is no
config, for `datasets` can't load one ("corresponds to no data"); its files are there.
No licence is stated there: that of the pages is not ours to know, and whoever publishes the data has to add it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from warehouse.corpus import Corpus
from warehouse.exports import example
from warehouse.exports.readme import write_readme
from warehouse.links import link

LOADING = """
from datasets import load_dataset

data = load_dataset("FOLDER", "{table}", split="train")  # this folder, or its name on the hub
"""
NOTES = """
Each table that has rows is a config of one split, `train`. Add `license:` to the head of this file before you publish
it: which one depends on the pages.
"""


def write(corpus: Corpus, folder: Path, on_rows: Callable[[int], None]) -> None:
    """Links the Parquet files of each table into `folder/data/<table>` and writes the card."""
    for table in corpus.tables:
        place = folder / "data" / table.name
        place.mkdir(parents=True)
        for file, rows in table.counts():
            link(file, place / file.name)
            on_rows(rows)
    configs = [name for name, rows in corpus.rows.items() if rows]
    first = example(corpus.only(configs or corpus.names))
    head = "\n".join(_head(corpus, configs, first)) + "\n\n"
    write_readme(corpus, folder, LOADING.format(table=first), NOTES, before=head)


def _head(corpus: Corpus, configs: list[str], first: str) -> Iterator[str]:
    """The YAML that `datasets` and the hub read."""
    yield "---"
    yield f"pretty_name: Newspaper pages as tables, snapshot {corpus.manifest.snapshot}"
    yield "language:\n- zh"
    yield "configs:" if configs else "configs: []"
    for name in configs:
        yield f"- config_name: {name}"
        if name == first:
            yield "  default: true"
        yield f"  data_files:\n  - split: train\n    path: data/{name}/*.parquet"
    yield "---"

"""What must hold before tables become current: keys, offsets, conservation, ranges and counts, as the contract says.

A shard is checked by the worker that wrote it, from the files it wrote; a snapshot is checked for what no single shard
can tell. Nothing is mended here: a fault stops the publication and names the rows.

    before  sentence …-0003-0001 with start 12, end 15 and the text 四千人, article.text[12:15] being 千人，
    after   CheckFailed: sentence: text is not what its offsets say in 1 row(s): …-0003-0001
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse import schema
from warehouse.errors import CheckFailed, Fault

SHOWN = 5
"""Rows that a fault names; the others are counted."""

Tables = dict[str, pa.Table]


def check_shard(files: dict[str, Path]) -> None:
    """Checks the five files of one shard, given by table. Raises `CheckFailed` with all that is wrong."""
    tables = {name: pq.ParquetFile(str(path)).read() for name, path in files.items()}
    # Later checks follow keys and trust types, so they only run where the earlier ones pass.
    for stage in (SHAPE, KEYS, CONTENT):
        faults = tuple(chain.from_iterable(check(tables) for check in stage))
        if faults:
            raise CheckFailed(faults)


def check_snapshot(documents: Iterable[str], articles: Sequence[Path]) -> None:
    """Checks what only all shards together tell: ids given once, and `continues` leading to an article.

    `documents` are the document_ids of all shards, `articles` the paths of their article files.
    """
    ids = pa.table({"document_id": pa.array(list(documents), schema.STRING)})
    parts = [pq.ParquetFile(str(path)).read(columns=["article_id", "continues"]) for path in articles]
    rows = pa.concat_tables(parts)
    lost = pc.and_(rows["continues"].is_valid(), _absent(rows["continues"], rows["article_id"]))
    itself = pc.equal(rows["continues"], rows["article_id"])
    faults = (
        *_repeated("document", ids["document_id"]),
        *_repeated("article", rows["article_id"]),
        *_faults("continues leads nowhere", "article", rows["article_id"], lost),
        *_faults("continues itself", "article", rows["article_id"], itself),
    )
    if faults:
        raise CheckFailed(faults)


def _faults(check: str, table: str, labels: pa.ChunkedArray, bad: pa.ChunkedArray) -> Iterator[Fault]:
    """A fault where any of `bad` is true; `labels` name the rows."""
    count = pc.sum(bad).as_py() or 0
    if count:
        yield Fault(check, table, count, tuple(labels.filter(bad).slice(0, SHOWN).to_pylist()))


def _labels(tables: Tables, table: str) -> pa.ChunkedArray:
    """What a row is called in a message: its key, or page and place for a stretch of residue."""
    key = schema.BY_NAME[table].key
    if key:
        return tables[table][key]
    rows = tables[table]
    return pc.binary_join_element_wise(rows["document_id"], rows["raw_start"].cast(schema.STRING), " from ")


def _absent(values: pa.ChunkedArray, known: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.invert(pc.is_in(values, value_set=known.combine_chunks()))


def _index(values: pa.ChunkedArray, known: pa.ChunkedArray) -> pa.Array:
    """For each value its place in `known`."""
    return pc.index_in(values.combine_chunks(), value_set=known.combine_chunks())


def _repeated(table: str, keys: pa.ChunkedArray) -> Iterator[Fault]:
    if pc.count_distinct(keys).as_py() < len(keys):
        counts = keys.value_counts()
        often = pc.greater(counts.field("counts"), 1)
        yield from _faults("key given more than once", table, counts.field("values"), often)


def _columns(tables: Tables) -> Iterator[Fault]:
    for table in schema.TABLES:
        if not tables[table.name].schema.equals(table.schema):
            yield Fault("columns are not those of the schema", table.name, 1, (str(tables[table.name].schema.names),))


def _unique(tables: Tables) -> Iterator[Fault]:
    for table in schema.TABLES:
        if table.key:
            yield from _repeated(table.name, tables[table.name][table.key])


def _resolving(tables: Tables) -> Iterator[Fault]:
    for table in schema.TABLES:
        rows = tables[table.name]
        for parent in table.parents:
            lost = _absent(rows[parent], tables[parent.removesuffix("_id")][parent])
            yield from _faults(f"{parent} leads nowhere", table.name, _labels(tables, table.name), lost)


def _one_way(tables: Tables) -> Iterator[Fault]:
    """A figure's article is that of its sentence."""
    figures, sentences = tables["figure"], tables["sentence"]
    home = sentences["article_id"].take(_index(figures["sentence_id"], sentences["sentence_id"]))
    wrong = pc.not_equal(home, figures["article_id"])
    yield from _faults("article_id is not that of its sentence", "figure", figures["figure_id"], wrong)


def _order(tables: Tables) -> Iterator[Fault]:
    """Rows lie in the order of their parents, and ordinals count from 0 in each."""
    for name in ("article", "sentence"):
        rows, parent = tables[name], schema.BY_NAME[name].parents[0]
        places = _index(rows[parent], tables[parent.removesuffix("_id")][parent])
        ordinals = rows["ordinal"].combine_chunks()
        before = pa.concat_arrays([pa.array([-1], pa.int32()), places])[: len(places)]
        last = pa.concat_arrays([pa.array([-1], pa.int32()), ordinals])[: len(places)]
        due = pc.if_else(pc.equal(places, before), pc.add(last, 1), 0)
        wrong = pc.or_(pc.less(places, before), pc.not_equal(ordinals, due))
        yield from _faults("out of order", name, _labels(tables, name), wrong)


def _known(tables: Tables) -> Iterator[Fault]:
    """Kinds, roles and the like are of the sets that the contract closes."""
    for table in schema.TABLES:
        for column in table.columns:
            if column.values:
                cells = tables[table.name][column.name]
                strange = pc.and_(cells.is_valid(), _absent(cells, pa.chunked_array([column.values], schema.STRING)))
                yield from _faults(f"unknown {column.name}", table.name, _labels(tables, table.name), strange)


def _ranges(tables: Tables) -> Iterator[Fault]:
    for table in schema.TABLES:
        rows, labels = tables[table.name], _labels(tables, table.name)
        for start in {"start", "raw_start"} & set(rows.column_names):
            end = start.removesuffix("start") + "end"
            wrong = pc.fill_null(_no_stretch(rows[start], rows[end]), False)
            yield from _faults(f"{start} and {end} enclose nothing", table.name, labels, wrong)
        for column in table.columns:
            if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
                yield from _faults(f"{column.name} out of range", table.name, labels, _out_of_range(column, rows))


def _no_stretch(start: pa.ChunkedArray, end: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.or_(pc.less(start, 0), pc.greater_equal(start, end))


def _out_of_range(column: schema.Column, rows: pa.Table) -> pa.ChunkedArray:
    cells = rows[column.name]
    if column.name == "confidence":
        # Turned round, so that NaN, which compares as false with all, is out of range as well.
        wrong = pc.invert(pc.and_(pc.greater_equal(cells, 0), pc.less_equal(cells, 1)))
    elif column.type == schema.FLOAT:
        wrong = pc.invert(pc.is_finite(cells))
    else:
        wrong = pc.less(cells, 0)
    return pc.fill_null(wrong, False)


def _spans(tables: Tables) -> pa.Table:
    """All stretches of the sources that rows hold: the place of the document in its table, start and end."""
    articles, residue, known = tables["article"], tables["residue"], tables["document"]["document_id"]
    lists = articles["raw_spans"].combine_chunks()
    spans = lists.flatten()
    owners = _index(articles["document_id"], known).take(pc.list_parent_indices(lists))
    held = pa.table({"document": owners, "start": spans.field("start"), "end": spans.field("end")})
    rest = [_index(residue["document_id"], known), residue["raw_start"], residue["raw_end"]]
    return pa.concat_tables([held, pa.table(rest, names=["document", "start", "end"])])


def _conservation(tables: Tables) -> Iterator[Fault]:
    """No character of a source is held twice, and no fewer are held than the source has non-blank ones."""
    documents, spans = tables["document"], _spans(tables)
    spans = spans.take(pc.sort_indices(spans, [("document", "ascending"), ("start", "ascending")]))
    ids = documents["document_id"].take(spans["document"])
    yield from _faults("a stretch encloses nothing", "document", ids, _no_stretch(spans["start"], spans["end"]))
    if len(spans) > 1:
        here, there = spans.slice(1), spans.slice(0, len(spans) - 1)
        same = pc.equal(here["document"], there["document"])
        twice = pc.and_(same, pc.less(here["start"], there["end"]))
        places = pc.binary_join_element_wise(ids.slice(1), here["start"].cast(schema.STRING), " at ")
        yield from _faults("characters held twice", "document", places, twice)
    held = _sums(spans["document"], pc.subtract(spans["end"], spans["start"]), len(documents))
    lost = pc.and_(pc.less(held, documents["n_chars"]), pc.not_equal(documents["status"], "quarantined"))
    yield from _faults("characters held by no row", "document", documents["document_id"], lost)


def _sums(places: pa.ChunkedArray, amounts: pa.ChunkedArray, size: int) -> pa.Array:
    """For each of `size` places the sum of its amounts."""
    sums = pa.table({"place": places, "amount": amounts}).group_by("place").aggregate([("amount", "sum")])
    found = _index(pa.chunked_array([pa.array(range(size), pa.int32())]), sums["place"])
    return pc.fill_null(sums["amount_sum"].combine_chunks().take(found), 0)


def _counts(tables: Tables) -> Iterator[Fault]:
    for parent, child in (("document", "article"), ("article", "sentence"), ("article", "figure")):
        key, rows = f"{parent}_id", tables[parent]
        places = _index(tables[child][key], rows[key])
        ones = pa.array([1], pa.int64()).take(pa.array([0] * len(places), pa.int32()))
        wrong = pc.not_equal(_sums(places, ones, len(rows)), rows[f"n_{child}s"])
        yield from _faults(f"n_{child}s is not their number", parent, rows[key], wrong)


def _quarantined(tables: Tables) -> Iterator[Fault]:
    """A page has an error just where it is not ok, and no rows where it is quarantined."""
    documents = tables["document"]
    ids = documents["document_id"]
    unlike = pc.not_equal(pc.equal(documents["status"], "ok"), pc.is_null(documents["error"]))
    yield from _faults("status and error disagree", "document", ids, unlike)
    out = ids.filter(pc.equal(documents["status"], "quarantined"))
    for name in ("article", "residue"):
        held = pc.is_in(tables[name]["document_id"], value_set=out.combine_chunks())
        yield from _faults("row of a quarantined page", name, _labels(tables, name), held)


def _headlines(tables: Tables) -> Iterator[Fault]:
    """Only the headline's roles lie outside the text: their offsets and paragraph are null, those of others are not."""
    rows = tables["sentence"]
    outside = pc.is_in(rows["role"], value_set=pa.array(schema.HEADLINE_ROLES))
    for column in ("start", "end", "paragraph"):
        wrong = pc.not_equal(outside, pc.is_null(rows[column]))
        yield from _faults(f"{column} and role disagree", "sentence", rows["sentence_id"], wrong)


def _tokens(tables: Tables) -> Iterator[Fault]:
    rows = tables["sentence"]
    ids = rows["sentence_id"]
    # The join knows lists of nullable items only; the cast changes the type and no value.
    joined = pc.binary_join(rows["tokens"].cast(pa.list_(schema.STRING)), "")
    torn = pc.not_equal(joined, rows["text"])
    yield from _faults("tokens do not join to text", "sentence", ids, torn)
    uneven = pc.not_equal(pc.list_value_length(rows["pos"]), pc.list_value_length(rows["tokens"]))
    yield from _faults("pos has not one tag a token", "sentence", ids, uneven)


def _slices(tables: Tables) -> Iterator[Fault]:
    """A sentence is the slice of its article's text that its offsets name, a figure that of its sentence's text."""
    for parent, child, column in (("article", "sentence", "text"), ("sentence", "figure", "surface")):
        rows = tables[child].filter(tables[child]["start"].is_valid())
        key = f"{parent}_id"
        texts = tables[parent]["text"].to_pylist()
        places = _index(rows[key], tables[parent][key]).to_pylist()
        cells = zip(places, *(rows[name].to_pylist() for name in ("start", "end", column)), strict=True)
        wrong = pa.array([texts[place][start:end] != text for place, start, end, text in cells], pa.bool_())
        yield from _faults(f"{column} is not what its offsets say", child, rows[f"{child}_id"], wrong)


def _inside(tables: Tables) -> Iterator[Fault]:
    """The source's stretch of a sentence lies in that of its article, that of a figure in that of its sentence."""
    articles, sentences, figures = tables["article"], tables["sentence"], tables["figure"]
    homes = _hulls(articles).take(_index(sentences["article_id"], articles["article_id"]))
    yield from _faults("outside its article", "sentence", sentences["sentence_id"], _beyond(sentences, homes))
    homes = sentences.take(_index(figures["sentence_id"], sentences["sentence_id"]))
    yield from _faults("outside its sentence", "figure", figures["figure_id"], _beyond(figures, homes))


def _beyond(rows: pa.Table, homes: pa.Table) -> pa.ChunkedArray:
    early = pc.less(rows["raw_start"], homes["raw_start"])
    late = pc.greater(rows["raw_end"], homes["raw_end"])
    return pc.fill_null(pc.or_(early, late), True)


def _hulls(articles: pa.Table) -> pa.Table:
    """For each article the smallest stretch that holds its spans; null where it has none."""
    lists = articles["raw_spans"].combine_chunks()
    spans = lists.flatten()
    rows = pa.table(
        {"place": pc.list_parent_indices(lists), "raw_start": spans.field("start"), "raw_end": spans.field("end")}
    )
    hulls = rows.group_by("place").aggregate([("raw_start", "min"), ("raw_end", "max")])
    found = _index(pa.chunked_array([pa.array(range(len(articles)), hulls["place"].type)]), hulls["place"])
    return hulls.take(found).select(["raw_start_min", "raw_end_max"]).rename_columns(["raw_start", "raw_end"])


Check = Callable[[Tables], Iterator[Fault]]
SHAPE: tuple[Check, ...] = (_columns,)
KEYS: tuple[Check, ...] = (_unique, _resolving)
CONTENT: tuple[Check, ...] = (
    _one_way,
    _order,
    _known,
    _ranges,
    _conservation,
    _counts,
    _quarantined,
    _headlines,
    _tokens,
    _slices,
    _inside,
)

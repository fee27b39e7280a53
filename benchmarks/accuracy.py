"""`make bench`: builds pages whose answers are known, scores the tables and prints how right they are.

The seeds are measured in any clone. Where a folder of benches lies beside the checkout (../shared/bench), its pages,
issues, printed lines and test suites of numbers are measured too, and the scorers that lie there check ours: the exit
code is 1 where one of them differs in the four digits shown, or where a character is lost.

    before  seeds/*.txt and seeds/gold/
    after   article F1    1.0000    agrees
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import gates, reading
from benchmarks.conservation import account
from benchmarks.figures import score_figures
from benchmarks.measures import glossary, shown
from benchmarks.outside import Outside, ScorerFailed
from benchmarks.report import Section
from benchmarks.scoring import Part, Score, score_articles, score_boundaries, score_joins, score_reliability
from benchmarks.seeds import (
    ARTICLES_GOLD,
    BENCHES,
    FIGURES_GOLD,
    PROJECT,
    SEEDS,
    json_lines,
    score_account,
    score_seeds,
    sources_below,
)
from flows.build import build, in_threads
from flows.figures import predictions
from flows.parameters import BuildParameters, available_cores

IN_ORDER = ("mupdf", "mupdf-joined", "raw", "pdfium", "rewrapped")
OUT_OF_ORDER = ("plain", "pdfminer")
"""How the text of a page was taken off: in the order of reading, or with the pieces of columns out of order."""
BY_MODE = (
    "article_f1",
    "article_exact_f1",
    "paragraph_f1",
    "text_error_rate",
    "kind_accuracy",
    "headline_f1",
    "kicker_f1",
    "subheadline_f1",
    "byline_f1",
)


@dataclass(frozen=True, slots=True)
class Bench:
    """Where things are: a folder to work in, the benches and their scorers, and how many processes may build."""

    work: Path
    benches: Path | None
    jobs: int

    @property
    def outside(self) -> Outside | None:
        return Outside(self.benches, self.work) if self.benches else None

    def built(self, sources: Path, name: str) -> Path:
        """A new warehouse with the pages of a folder."""
        root = self.work / name
        outcome = build(BuildParameters(sources=[str(sources)], warehouse=root, jobs=self.jobs), in_threads)
        for failure in outcome.failures:
            print(f"bench: a rule failed on {failure.source}\n{failure.traceback}", file=sys.stderr)
        return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; 1 where something differs, is lost or fell, else 0."""
    options = _parser().parse_args(arguments)
    benches = options.benches if options.benches.is_dir() and not options.seeds_only else None
    with TemporaryDirectory(prefix="banmian-bench-") as work:
        bench = Bench(Path(work), benches, options.jobs)
        try:
            return raise_floors(bench) if options.raise_floors else measure(bench, options.faults)
        except ScorerFailed as error:
            print(f"bench: {error}", file=sys.stderr)
            return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy",
        description="Build pages whose answers are known and print how right their tables are.",
        epilog=f"measures:\n{glossary()}\n\nexample:\n  python -m benchmarks.accuracy --seeds-only --faults 20",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seeds-only", action="store_true", help="leave out the benches beside the checkout")
    parser.add_argument("--benches", type=Path, default=BENCHES, metavar="DIR", help="where the benches lie")
    parser.add_argument("--faults", type=int, default=0, metavar="N", help="print the first N faults below each table")
    parser.add_argument("--jobs", type=int, default=available_cores(), metavar="N", help="worker processes")
    parser.add_argument(
        "--raise-floors",
        action="store_true",
        help=f"raise the floors of {gates.PATH.relative_to(PROJECT)} to what the seeds reach now; never lowers one",
    )
    return parser


def measure(bench: Bench, shown_faults: int) -> int:
    """Prints each table as soon as it is measured, then what went wrong."""
    wrong: list[str] = []
    for section in sections(bench):
        for line in section.lines():
            print(line)
        for line in list(section.faults())[:shown_faults]:
            print(f"    {line}")
        print(flush=True)
        wrong += [*section.differences(), *_losses(section)]
    for line in wrong:
        print(f"bench: {line}", file=sys.stderr)
    if bench.benches and not wrong:
        print("The outside scorers agree on all that both measure.")
    return 1 if wrong else 0


def _losses(section: Section) -> Iterator[str]:
    for column, score in section.columns.items():
        share, faults = score.measures.get("conserved", 1.0), score.measures.get("contract_faults", 0)
        if share < 1 or faults:
            yield f"{section.title}, {column}: {share:.4%} of the characters held once, {faults:,.0f} contract faults"


def raise_floors(bench: Bench) -> int:
    """Raises the floors to what the seeds reach, or says which one they don't reach and changes nothing."""
    scores = score_seeds(reading.of_warehouse(bench.built(SEEDS, "seeds")))
    before = gates.load()
    try:
        after = gates.raised(before, scores)
    except gates.GatesFallen as error:
        print(f"bench: no floor is raised while one does not hold\n{error}", file=sys.stderr)
        return 1
    gates.PATH.write_text(after.text, encoding="utf-8")
    changes = 0
    for group, bounds in after.bounds.items():
        known = {bound.name: bound.limit for bound in before.bounds.get(group, ())}
        for bound in bounds:
            if bound.limit != known.get(bound.name):
                old = shown(bound.name, known[bound.name]) if bound.name in known else "none"
                print(f"{group}: {bound.name} from {old} to {shown(bound.name, bound.limit)}")
                changes += 1
    print(f"{changes} bound(s) changed in {gates.PATH.relative_to(PROJECT)}")
    return 0


# --- what is measured -----------------------------------------------------------------------------------------------


def sections(bench: Bench) -> Iterator[Section]:
    """All tables, each measured when it is asked for."""
    yield from seeds(bench)
    if scorers := bench.outside:
        yield from pages(bench, scorers)
        yield from issues(bench, scorers)
        yield from printed_lines(bench, scorers)
        yield numbers(scorers)


Measured = dict[str, float]


def _diagnosed(ours: Score, theirs: Measured, on_ours: Callable[[], Measured]) -> Measured:
    """What the outside scorer says of its own reading; where that differs, the difference is named on standard error
    with what it says of our reading, so that one sees which of the two is at odds."""
    measures = ours.measures
    differing = [name for name in theirs if name in measures and f"{theirs[name]:.4f}" != f"{measures[name]:.4f}"]
    if differing:
        again = on_ours()
        for name in differing:
            print(f"bench: outside, {name} of our reading is {again.get(name, 0):.4f}", file=sys.stderr)
    return theirs


def _dumped(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False, default=str), encoding="utf-8")
    return path


def seeds(bench: Bench) -> Iterator[Section]:
    """The two pages of the project: articles, figures, conservation."""
    root = bench.built(SEEDS, "seeds")
    tables = reading.of_warehouse(root)
    scores = score_seeds(tables)
    outside: dict[str, Measured] = {}
    if scorers := bench.outside:
        read = reading.pages(tables)
        outside["articles"] = _diagnosed(
            scores["articles"],
            scorers.articles(ARTICLES_GOLD, scorers.read_articles(root)),
            lambda: scorers.articles(ARTICLES_GOLD, _dumped(bench.work / "articles.json", read)),
        )
        placed, unplaced = scorers.read_figures(root, FIGURES_GOLD)
        outside["figures"] = scorers.figures(FIGURES_GOLD, placed) | {"unplaced": unplaced}
        outside["conservation"] = scorers.conservation(root, SEEDS)
    for group, score in scores.items():
        theirs = {"seeds": outside[group]} if group in outside else {}
        yield Section(f"seeds, {group}", _about(tables), {"seeds": score}, theirs)


def _about(tables: reading.Tables) -> str:
    return ", ".join(f"{len(rows):,} {name}s" for name, rows in tables.items() if name != "residue")


def pages(bench: Bench, scorers: Outside) -> Iterator[Section]:
    """Typeset pages read back by several tools, in the order of reading and out of it."""
    gold = json.loads((scorers.folder / "pages.gold.json").read_text(encoding="utf-8"))
    root = bench.built(scorers.folder / "pages", "pages")
    tables = reading.of_warehouse(root)
    read = reading.pages(tables)
    chosen: dict[str, Sequence[str]] = {"all": (), "in order": IN_ORDER, "out of order": OUT_OF_ORDER}
    columns = {name: _score_pages(_in_modes(gold, modes), read) for name, modes in chosen.items()}
    outside: dict[str, Measured] = {}
    theirs, ours = scorers.read_articles(root), _dumped(bench.work / "articles.json", read)
    for name, modes in chosen.items():
        ask = partial(scorers.articles, scorers.folder / "pages.gold.json", modes=modes)
        outside[name] = _diagnosed(columns[name], ask(theirs), partial(ask, ours))
    yield Section("pages", _about(tables), columns, outside)
    modes = sorted({page["mode"] for page in gold}, key=(*IN_ORDER, *OUT_OF_ORDER).index)
    by_mode = {mode: score_articles(_in_modes(gold, (mode,)), read) for mode in modes}
    yield Section("pages, by mode", "how the text was taken off the page", by_mode, only=BY_MODE)
    yield conservation(scorers, "pages", tables, root, scorers.folder / "pages")


def _score_pages(gold: list[dict[str, Any]], read: list[dict[str, Any]]) -> Score:
    """The measures of the articles, and how far their confidence can be trusted."""
    articles = score_articles(gold, read)
    return Score(articles.measures | score_reliability(gold, read).measures, articles.faults)


def _in_modes(gold: list[dict[str, Any]], modes: Sequence[str]) -> list[dict[str, Any]]:
    return [page for page in gold if not modes or page["mode"] in modes]


def conservation(scorers: Outside, name: str, tables: reading.Tables, root: Path, sources: Path) -> Section:
    """Nothing lost, nothing counted twice, and keys and offsets that hold."""
    score = score_account(account(tables, sources_below(sources)))
    outside = {name: scorers.conservation(root, sources)}
    return Section(f"{name}, conservation", _about(tables), {name: score}, outside)


def issues(bench: Bench, scorers: Outside) -> Iterator[Section]:
    """Issues of several pages with articles that go on on another page."""
    path = scorers.folder / "issues.gold.json"
    gold = [join for issue in json.loads(path.read_text(encoding="utf-8"))["issues"] for join in issue["joins"]]
    root = bench.built(scorers.folder / "issues", "issues")
    tables = reading.of_warehouse(root)
    wanted = [(Part(j["from_doc"], j["from_start"]), Part(j["to_doc"], j["to_start"])) for j in gold]
    score = score_joins(wanted, reading.joins(tables))
    outside = {"issues": scorers.joins(path, root)}
    yield Section("issues", f"{len(wanted)} jumps", {"issues": score}, outside)
    yield conservation(scorers, "issues", tables, root, scorers.folder / "issues")


def printed_lines(bench: Bench, scorers: Outside) -> Iterator[Section]:
    """Columns keyed by hand line by line: which line ends end a paragraph."""
    for path in sorted((scorers.folder / "unwrap").glob("*.jsonl")):
        rows = json_lines(path)
        folder = bench.work / path.stem
        folder.mkdir()
        for row in rows:
            (folder / f"{row['id']}.txt").write_text(row["lines"] + "\n", encoding="utf-8")
        root = bench.built(folder, f"{path.stem}-warehouse")
        tables = reading.of_warehouse(root)
        gold = {row["id"]: row["text"].split("\n") for row in rows}
        score = score_boundaries(gold, reading.paragraphs(tables, sources_below(folder)))
        outside = {"lines": scorers.boundaries(path, root, folder)}
        yield Section(f"printed lines, {path.stem}", f"{len(rows)} columns", {"lines": score}, outside)
        yield conservation(scorers, path.stem, tables, root, folder)


def numbers(scorers: Outside) -> Section:
    """Test suites of other libraries that read numbers, one text a case."""
    path = scorers.folder / "figures" / "dev.jsonl"
    cases = json_lines(path)
    answers = list(predictions(path.read_bytes().splitlines()))
    read = {answer["id"]: list(map(reading.figure, answer["predictions"])) for answer in map(json.loads, answers)}
    score = score_figures(cases, read)
    outside = {"suites": scorers.figures(path, scorers.predicted_figures(b"".join(answers)))}
    return Section("numbers", f"{len(cases)} cases", {"suites": score}, outside)


if __name__ == "__main__":
    sys.exit(main())

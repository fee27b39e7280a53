"""CoNLL-U: the words of the corpus, a line each, one file a shard.

    before  Sentence("9b74…-0000-0001", text="产值 1.2亿元。", tokens=("产值", " ", "1.2", "亿元", "。"), pos=None, …)
    after   # sent_id = 9b74…-0000-0001
            # text = 产值 1.2亿元。
            1	产值	_	_	_	_	_	_	_	_
            2	1.2	_	_	_	_	_	_	_	SpaceAfter=No
            3	亿元	_	_	_	_	_	_	_	SpaceAfter=No
            4	。	_	_	_	_	_	_	_	SpaceAfter=No

What is where, and why so:

- `<shard>.conllu`: tools of this format take files with many texts in them, and a file a page would be many.
- `# newdoc id` is the document_id, with the page's columns in the comments below it; `# newpar id` opens each paragraph
  and each headline and is made of article_id and its number (`h` for kicker, headline and subheadline). The first
  sentence of an article says what is known of it: article_id, kind, headline, speaker…
- Each sentence has `sent_id`, `text`, `role` and its place in the source: `raw_start`, `raw_end`, in code points.
- XPOS is the tag of the build's tagger, where it was asked for one. What nobody has read from the page (lemma,
  universal tag, features, syntax) is `_`.
- A blank is no word of this format. A token that is one becomes what stands between two words: nothing is said of one
  plain blank; of any other there is `SpacesAfter` in MISC, spelt as UDPipe does (`\\s`, `\\t`) and for others by their
  code (`\\u3000`), and `SpacesBefore` at the head of a sentence. Words that touch have `SpaceAfter=No`, also the last
  of a sentence where the next one of its paragraph follows at once. So `text` is the forms with what is between them.
- The format is made of lines and tabs: U+FFFD stands in it for each character that ends a line and for a tab within a
  word. No sentence that banmian makes has one.
- Left out: figures, residue, sentences of nothing but blanks, and pages without a sentence, such as quarantined ones;
  they are in the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from transforms.document import Article, Document, Sentence
from warehouse.corpus import Corpus
from warehouse.documents import count_rows, read_shard
from warehouse.exports.readme import write_readme

LINE_ENDS = {ord(end): "\ufffd" for end in "\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"}
IN_FORM = LINE_ENDS | {ord("\t"): "\ufffd"}
SPELT = {" ": "\\s", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
"""Blanks in MISC; the others by their code."""
LOADING = """
import conllu

data = conllu.parse(open("{shard}.conllu", encoding="utf-8").read())
"""
NOTES = """
A file for each shard of the warehouse, with many pages in it; the comments of a sentence say of which article and page
it is. Figures and residue are in the tables only.
"""
DOCUMENT = ("source_path", "sha256", "publication", "issue_date", "page", "script", "status")
ARTICLE = (
    "article_id",
    "kind",
    "section",
    "kicker",
    "headline",
    "subheadline",
    "agency",
    "dateline",
    "speaker",
    "occasion",
    "event_date",
    "jump_from",
    "jump_to",
    "continues",
)


def write(corpus: Corpus, folder: Path, on_rows: Callable[[int], None]) -> None:
    """Writes the sentences of `corpus` into the empty `folder`; `on_rows` is told how many rows each page has.

    Pages come one by one, so memory does not grow with the corpus; the same snapshot gives the same bytes.
    """
    for shard in corpus.manifest.shards:
        with (folder / f"{shard.summary.shard}.conllu").open("w", encoding="utf-8", newline="\n") as file:
            for document in read_shard(corpus.manifest.rows_of(shard.summary, corpus.path)):
                for line in _document(document):
                    file.write(f"{line}\n")
                on_rows(count_rows(document))

    write_readme(corpus, folder, LOADING.format(shard=corpus.manifest.shards[0].summary.shard), NOTES)


def _document(document: Document) -> Iterator[str]:
    head = [_comment("newdoc id", document.document_id), *_comments(document, DOCUMENT)]
    for article in document.articles:
        for lines in _article(article):
            yield from head
            yield from lines
            yield ""
            head = []


def _article(article: Article) -> Iterator[Iterator[str]]:
    """The sentences of an article, each as its lines."""
    sentences = [one for one in article.sentences if not one.text.isspace()]
    about = [*_comments(article, ARTICLE), *_byline(article)]
    opened = None
    for sentence, after in pairwise([*sentences, None]):
        if sentence is not None:
            paragraph = _paragraph(article, sentence)
            head = [] if paragraph == opened else [_comment("newpar id", paragraph)]
            yield _sentence(sentence, _gap(article, sentence, after), [*head, *about])
            opened, about = paragraph, []


def _paragraph(article: Article, sentence: Sentence) -> str:
    number = "h" if sentence.paragraph is None else str(sentence.paragraph)
    return f"{article.article_id}-{number}" + (f"-{sentence.role}" if number == "h" else "")


def _gap(article: Article, sentence: Sentence, after: Sentence | None) -> str | None:
    """What stands between a sentence and the next of its paragraph; None for the last one of a paragraph."""
    if after is None or sentence.end is None or after.start is None or sentence.paragraph != after.paragraph:
        return None
    return article.text[sentence.end : after.start]


def _sentence(sentence: Sentence, gap: str | None, head: Iterable[str]) -> Iterator[str]:
    yield from head
    yield _comment("sent_id", sentence.sentence_id)
    yield _comment("text", sentence.text)
    yield _comment("role", sentence.role)
    yield _comment("raw_start", sentence.raw_start)
    yield _comment("raw_end", sentence.raw_end)
    for number, (form, tag, misc) in enumerate(_words(sentence.tokens, sentence.pos, gap), 1):
        yield "\t".join([str(number), form, "_", "_", tag, "_", "_", "_", "_", misc])


def _words(tokens: Sequence[str], pos: Sequence[str] | None, gap: str | None) -> Iterator[tuple[str, str, str]]:
    """Form, tag and MISC of each word; `gap` is what follows the last, None where nothing is to be said of it."""
    lead, words = "", []
    for token, tag in zip(tokens, pos or ["_"] * len(tokens), strict=True):
        if not token.isspace():
            words.append([token, tag, ""])
        elif words:
            words[-1][2] += token
        else:
            lead += token
    for place, (form, tag, blanks) in enumerate(words):
        last = place == len(words) - 1
        between = " " if last and gap is None and not blanks else blanks + (gap or "" if last else "")
        parts = [f"SpacesBefore={_spelt(lead)}"] if lead and not place else []
        yield form.translate(IN_FORM), tag, "|".join([*parts, *_between(between)]) or "_"


def _between(blanks: str) -> Iterator[str]:
    """What MISC says of the blanks behind a word: nothing for one plain blank."""
    if not blanks:
        yield "SpaceAfter=No"
    elif blanks != " ":
        yield f"SpacesAfter={_spelt(blanks)}"


def _spelt(blanks: str) -> str:
    return "".join(SPELT.get(blank) or f"\\u{ord(blank):04x}" for blank in blanks)


def _byline(article: Article) -> Iterator[str]:
    if article.byline:
        yield _comment("byline", "; ".join(f"{one.role or ''} {one.name}".strip() for one in article.byline))


def _comments(row: object, names: Iterable[str]) -> Iterator[str]:
    """A comment for each of these columns that has a value."""
    for name in names:
        value = getattr(row, name)
        if value is not None:
            yield _comment(name, value)


def _comment(name: str, value: object) -> str:
    return f"# {name} = {str(value).translate(LINE_ENDS)}"

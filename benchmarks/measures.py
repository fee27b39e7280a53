"""What each measure is called and what it means; the order is that of the tables."""

from __future__ import annotations

from typing import NamedTuple


class Measure(NamedTuple):
    """A measure as a person reads it. `lower`: less is better. `number`: a number of things, no share."""

    label: str
    meaning: str
    lower: bool = False
    number: bool = False


MEASURES = {
    "article_f1": Measure("article F1", "articles of which 95 % was found, at most 5 % being others' (6-shingles)"),
    "article_exact_f1": Measure("article, exact F1", "articles whose letters are all right and in order"),
    "paragraph_f1": Measure("paragraph F1", "paragraphs whose letters are all right, wherever they stand on the page"),
    "text_error_rate": Measure("text error rate", "edits a character of the gold text, marks and blanks too", True),
    "kind_accuracy": Measure("kind", "gold articles read as the right kind: speech, news, brief, photo, other"),
    "speech_f1": Measure("speech F1", "speeches told from what surrounds them: kind right and body within 5 %"),
    "brief_f1": Measure("brief F1", "items of a box, likewise"),
    "photo_f1": Measure("photo F1", "captions and picture stories, likewise"),
    "headline_f1": Measure("headline F1", "headlines with all letters right; a column's label at the end is left open"),
    "kicker_f1": Measure("kicker F1", "kickers with all letters right"),
    "subheadline_f1": Measure("subheadline F1", "subheadlines with all letters right"),
    "speaker_f1": Measure("speaker F1", "speakers with all letters right"),
    "occasion_f1": Measure("occasion F1", "occasions with all letters right"),
    "event_date_f1": Measure("event date F1", "event dates right; month and day where the gold has no year"),
    "agency_f1": Measure("agency F1", "agencies with all letters right"),
    "dateline_f1": Measure("dateline F1", "datelines with all letters right"),
    "section_f1": Measure("section F1", "labels of boxes and columns with all letters right"),
    "jump_from_f1": Measure("jump from F1", "pages named by 上接 with all letters right"),
    "jump_to_f1": Measure("jump to F1", "pages named by 下转 with all letters right"),
    "byline_f1": Measure("byline F1", "names in bylines and credits"),
    "sure_exact": Measure("right if sure", "articles with a confidence above 0.9 whose letters are all right"),
    "unsure_exact": Measure("right if unsure", "those of the others that are right all the same", True),
    "sure_share": Measure("sure", "articles with a confidence above 0.9"),
    "brier": Measure("confidence error", "mean square of confidence less what it should be, 1 or 0", True),
    "exact_f1": Measure("figure span F1", "statistics with the gold's span; a label read as one is one too many"),
    "core_f1": Measure("figure core F1", "statistics with the gold's numerals, whatever stands around them"),
    "overlap_f1": Measure("figure overlap F1", "statistics that share a character with one of the gold"),
    "value": Measure("value", "statistics found whose value is right (both ends of a range)"),
    "value_recall": Measure("value, of all", "statistics of the gold that were found with the right value"),
    "unit": Measure("unit", "statistics found whose unit is right or converts into the gold's"),
    "labels_f1": Measure("labels F1", "numbers in names, list marks and slogans told from statistics"),
    "metric": Measure("metric", "statistics of the gold whose metric has half of the gold's words, and little else"),
    "metric_close": Measure("metric, close", "likewise, two thirds of the words of both being the same"),
    "period": Measure("period", "statistics of the gold whose period shares half of the gold's"),
    "unplaced": Measure("unplaced figures", "figures that lie in no gold sentence", True, True),
    "sentence_f1": Measure("sentence F1", "ends of sentences in the bodies of the seeds"),
    "sentence_cases_f1": Measure("sentence F1, cases", "ends of sentences in tests/cases/sentences.jsonl"),
    "joins_precision": Measure("joins, precision", "parts joined across pages that belong together"),
    "joins_recall": Measure("joins, recall", "parts that belong together and were joined"),
    "joins_f1": Measure("joins F1", "the harmonic mean of both"),
    "boundary_precision": Measure("boundary precision", "paragraph ends found that are some"),
    "boundary_recall": Measure("boundary recall", "paragraph ends that were found"),
    "boundary_f1": Measure("boundary F1", "the harmonic mean of both"),
    "conserved": Measure("conserved", "non-blank characters of the sources that just one article or residue row holds"),
    "characters": Measure("characters", "non-blank characters of the sources", False, True),
    "contract_faults": Measure("contract faults", "rows with keys, offsets or evidence that don't hold", True, True),
}


def shown(name: str, value: float) -> str:
    """A value as the tables show it: 0.9876, or 13,392 for a count."""
    return f"{value:,.0f}" if MEASURES[name].number else f"{value:.4f}"


def glossary() -> str:
    """A line for each measure: what it is called, and what it means."""
    width = max(len(measure.label) for measure in MEASURES.values())
    return "\n".join(f"  {measure.label:{width}}  {measure.meaning}" for measure in MEASURES.values())

"""Questions that one asks of a corpus, as SQL: the examples of `banmian sql`. Loads nothing, so that `--help` can show
them; a test asks each of the seeds."""

from __future__ import annotations

EXAMPLES = (
    ("articles by kind", "select kind, count(*) as articles from article group by kind order by articles desc"),
    (
        "what rose most",
        "select metric, surface, value from figure where direction = 'up' and unit = '%' order by value desc limit 10",
    ),
    (
        "the longest words that are used often",
        "select word, count(*) as times from (select unnest(tokens) as word from sentence) group by word"
        " having times >= 5 order by length(word) desc, times desc limit 20",
    ),
    (
        "amounts of money with their sentence and page",
        "select value, unit, sentence.text, source_path from figure join sentence using (sentence_id)"
        " join article on article.article_id = sentence.article_id join document using (document_id)"
        " where figure.kind = 'money' order by value desc",
    ),
    ("who spoke where", "select speaker, occasion, event_date, n_sentences from article where kind = 'speech'"),
    ("what stands in no article", "select reason, count(*) as stretches, any_value(text) from residue group by reason"),
)
"""Each with what it asks."""

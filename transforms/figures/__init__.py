"""Figures: every number of a text with its value, unit, meaning and time.

`read_figures` reads the sentences of an article, `read_text` one text as given. Start reading in `reader`.

    before  去年集群总营收达到1.22万亿元
    after   1.22万亿元: money, 1.22e12 CNY, metric 集群总营收, period the year before
"""

from transforms.figures.reader import read_figures, read_text

__all__ = ["read_figures", "read_text"]

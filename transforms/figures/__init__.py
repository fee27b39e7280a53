"""Figures: every number of a text with its value, unit, meaning and time.

`reader.read_figures` reads the sentences of an article, `reader.read_text` one text as given. Nothing is imported here:
who wants a numeral (`numerals`) needs not load the whole grammar.

    before  去年集群总营收达到1.22万亿元
    after   1.22万亿元: money, 1.22e12 CNY, metric 集群总营收, period the year before
"""

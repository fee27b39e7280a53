"""The case tables of the cleaning rules and the texts that their properties are tried on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

# The first example of a process also pays for the dictionaries.
settings.register_profile("banmian", deadline=None)
settings.load_profile("banmian")

CASES = Path(__file__).with_name("cases")
SEEDS = Path(__file__).resolve().parent.parent / "seeds"

# Pieces of pages, dirty and clean: random characters alone would never meet the rules that need several in a row.
PIECES = (
    *("滨州市", "全 社 会 研 发", "占GDP", "3.7%", "1/3,3次", " 110 余家", "“童书漂流 书润乡梦”", "(记者 王健)"),
    *('"领跑者"', "'好'", "「國家」", "『發展』", "乾安縣", "囘", "沈阳覆盖", "毕昇", "記者", "彭 宇", "⼈⺠", "樂"),
    *("...", "。。。", "--", "……", "，", "。", ",", ":", "?", "!", "(", ")", "”", "“", "‘", "’", '"', "'", "·", "—"),
    *("《", "》", "●", "•", " ", "  ", "　", "\x00", "\r\n", "\n", "10:30", "10：30", "3,000", '55"', "２０２４年"),
    *(
        "\u200b",
        "\xad",
        "\ufeff",
        "．",
        "－",
        "─",
        "〜",
        "＋",
        "二OO八年",
        "产量稳步增长.",
        "看著名著",
        "甚麼",
        "⺮",
        "\uf0b7",
        "㎡",
    ),
    *("﹐", "︵", "﹁", "3•15", "“I love it!” he", "〕", "［", "......", "••", "℃", "①"),
    *("http://a.cn/x?y=1,", "Science of Food", "Hello, world, my friend", "A.B", "二○二四年"),
    *("Oﬃce与Wiﬁ", "4. 1%", "3 : 2", "G D P", "≪书≫", "“ 好 ”", "AI + 医疗", "\ue78d"),
)
dirty_texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=12).map("".join)
paragraphs = dirty_texts.map(lambda text: text.replace("\n", "").replace("\r", ""))


def cases(name: str) -> list[dict[str, Any]]:
    """The rows of `cases/<name>.jsonl`."""
    return [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text(encoding="utf-8").split("\n") if line]


def seed_texts() -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]

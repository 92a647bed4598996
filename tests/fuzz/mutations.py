"""Inputs made of seeds: pieces taken out, doubled, moved and exchanged, and what parsers trip over put in."""

import random
from collections.abc import Sequence

AWKWARD = (
    b"\x00", b"\xff\xfe", b"\xed\xa0\x80", "\u202e\u2066".encode(), "e\u0301".encode(), b"\r", b"\x0b", b"\x1b[31m",
    b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<script>", b"</p>", b"<p>", b"&#x0;", b"&#xD800;", b"&bogus;", b"&amp;lt;",
    b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>]>", b"&a;", b'{"@type":"NewsArticle","articleBody":', b"[[", b"}", b"\\u0000",
    b"%00", b"%zz", b"http://[", b"javascript:", b"//", b"?", b"#", b"@", b"-\n", b"\n-\n", b"Update:", b"Correction:",
    b"NSO Group said", "“".encode(), "”".encode(), "\u05d0".encode(), "\u0627".encode(), b"9" * 400, b"(" * 200, b"= ",
    b"\n[[channels]]\n", b"env:NOTHING", b'"""', b"1e999", b"-0", b"2021-02-30T25:61:61Z",
)  # fmt: skip
LONGEST = 60_000


def mutated(chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """One input; the same for the same state of `chance`."""
    data = bytearray(chance.choice(seeds)[:LONGEST])
    for _ in range(chance.randint(1, 8)):
        at = chance.randint(0, len(data))
        end = min(len(data), at + chance.choice((1, 4, 30, 300, 3000)))
        match chance.randint(0, 5):
            case 0:
                del data[at:end]
            case 1:
                data[at:at] = data[at:end] * chance.choice((1, 2, 20))
            case 2:
                data[at:at] = chance.choice(AWKWARD) * chance.choice((1, 1, 1, 3, 50))
            case 3:
                other = chance.choice(seeds)
                start = chance.randint(0, len(other))
                data[at:at] = other[start : start + chance.choice((5, 50, 500))]
            case 4:
                data[at:end] = bytes(chance.randrange(256) for _ in range(min(end - at, 40)))
            case 5:
                data[at:at] = chance.choice((b"<div>", b"<b>", b"[", b"(", b"> ")) * chance.choice((10, 1000))
        del data[LONGEST:]
    return bytes(data)

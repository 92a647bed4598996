"""Does an article say that somebody's answer is still to come?"""

import pytest

from revisions.awaited import awaits_answer
from revisions.text import Paragraph, Text


@pytest.mark.parametrize(
    ("said", "awaits"),
    [
        ("The lamp shop has been approached for comment.", True),
        ("The ministry did not immediately respond to our letter.", True),
        ("La mairie n’a pas encore répondu.", True),
        ("Das Ministerium ließ eine Anfrage zunächst unbeantwortet.", True),
        ("The lamp shop sent a comment of forty words.", False),
        ("He did not immediately leave the harbour.", False),
    ],
)
def test_an_answer_still_to_come_is_known_by_the_phrase(said: str, awaits: bool) -> None:
    text = Text("The lamp shop", (Paragraph("It rained all day on the quay."), Paragraph(said)))
    assert awaits_answer(text) is awaits

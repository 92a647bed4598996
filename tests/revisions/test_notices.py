"""Notices and what only looks like one."""

import pytest

from revisions.notices import recognise


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("• This article was updated to reflect comment from the company, received after publication.", "update"),
        ("Update 14 March: The company has since answered our questions.", "update"),
        ("UPDATE, 5.30pm: The minister has resigned from the committee.", "update"),
        ("This story has been updated with comment from the ministry.", "update"),
        ("Correction: An earlier version of this article gave the wrong price.", "correction"),
        ("An earlier version of this story misspelled the name of the river.", "correction"),
        ("This article was amended on 20 July. It originally said the shop sold candles.", "update"),
        ("Clarification: The laboratory examined handsets, not tablets.", "clarification"),
        ("Editor’s note: The author once worked for the harbour.", "editor's note"),
        ("This story has been retracted because its source was invented.", "retraction"),
        ("Mise à jour le 19 juillet : la réaction de l'entreprise a été ajoutée.", "update"),
        ("Korrektur: In einer früheren Fassung stand ein falscher Betrag.", "correction"),
        ("Anmerkung der Redaktion: Wir haben die Stellungnahme ergänzt.", "editor's note"),
        ("Fe de errores: el precio era otro.", "correction"),
        ("Rectificatie: in een eerdere versie van dit artikel stond een verkeerd bedrag.", "correction"),
        ("Aggiornamento: l'azienda ha risposto alle nostre domande.", "update"),
        ("Frissítés: a cég időközben válaszolt a kérdéseinkre.", "update"),
        ("תיקון: בגרסה קודמת של הכתבה נכתב מחיר שגוי.", "correction"),
        ("تصحيح: ورد في نسخة سابقة من هذا المقال سعر خاطئ.", "correction"),
        ("भूल सुधार: पहले के संस्करण में मूल्य गलत था।", "correction"),
    ],
)
def test_notice_is_recognised_and_typed(text: str, kind: str) -> None:
    found = recognise(text)
    assert found is not None
    assert found.kind.value == kind


@pytest.mark.parametrize(
    "text",
    [
        "Updated: Nov 19, 2019 10:16 pm",
        "UPDATED 10:16 p.m. ET",
        "Last updated on Friday",
        "Update: 10:16",
        "Corrections",
        "Corrections and clarifications",
        "Editor's Note",
        "Dieser Artikel wurde ausgedruckt am Dienstag.",
        "The ministry said it would update the list of inspectors by the end of the month.",
        "The court asked for a correction of the register and closed the file.",
        "",
    ],
)
def test_what_only_looks_like_a_notice_is_none(text: str) -> None:
    assert recognise(text) is None

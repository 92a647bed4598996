"""Notices and what only looks like one."""

from datetime import UTC, datetime

import pytest

from revisions.dates import date_in
from revisions.notices import is_bare_label, recognise


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
        ("Up\u00addate 14 March: The company has answered.", "update"),
        ("Mise a\u0300 jour le 19 juillet : la re\u0301action a e\u0301te\u0301 ajoute\u0301e.", "update"),
        ("Helyesbites: a cikkben hibasan szerepelt egy nev.", "correction"),
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
        "Updated: Nov 19, 2019 10:16 pm Sign up for the evening letter",
        "Aktualisiert: vor 51 Minuten Empfehlungen",
        "Corrections: If you are aware of an error, please write to the desk.",
        "The court asked for a correction of the register and closed the file.",
        "",
    ],
)
def test_what_only_looks_like_a_notice_is_none(text: str) -> None:
    assert recognise(text) is None


@pytest.mark.parametrize(
    ("line", "is_label"),
    [
        ("Update, July 10, 2023", True),
        ("Editor’s note", True),
        ("Mise à jour du 19 juillet", True),
        ("Updated: July 10, 2023", False),
        ("Update: 10:16", False),
        ("Corrections", False),
        ("The ministry will update its list", False),
    ],
)
def test_a_label_alone_is_the_heading_of_a_notice_and_a_time_stamp_is_none(line: str, is_label: bool) -> None:
    assert is_bare_label(line) == is_label


@pytest.mark.parametrize(
    ("words", "language", "day"),
    [
        ("This article was amended on 20 July 2021 to add a comment.", "en", "2021-07-20"),
        ("Update 14 March: The company has answered.", "en", "2021-03-14"),
        ("Mise à jour le 19 juillet 2021 : la réaction a été ajoutée.", "fr", "2021-07-19"),
        ("Aktualisierung vom 19. Juli 2021: Die Stellungnahme wurde ergänzt.", "de", "2021-07-19"),
        ("Actualización (19 de julio de 2021): la empresa ha respondido.", "es", "2021-07-19"),
        ("Update 19 juli 2021: het bedrijf heeft geantwoord.", "nl", "2021-07-19"),
        ("Aggiornamento del 19 luglio 2021: l'azienda ha risposto.", "it", "2021-07-19"),
        ("Frissítés 2021. július 19.: a cég válaszolt.", "hu", "2021-07-19"),
        ("עדכון, 19 ביולי 2021: החברה השיבה.", "he", "2021-07-19"),
        ("تحديث 19 يوليو 2021: ردت الشركة.", "ar", "2021-07-19"),
        ("अपडेट 19 जुलाई 2021: कंपनी ने जवाब दिया।", "hi", "2021-07-19"),
        ("Correction: the price was $50.", "en", None),
    ],
)
def test_a_notice_gives_its_day(words: str, language: str, day: str | None) -> None:
    found = date_in(words, language, datetime(2021, 8, 1, tzinfo=UTC))
    assert (found and found.isoformat()) == day


def test_a_day_without_a_year_is_none_where_nothing_says_which() -> None:
    assert date_in("Update 14 March: The company has answered.") is None

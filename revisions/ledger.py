"""Which statements were added, withdrawn or reworded between two versions."""

from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import Indel

from revisions.statements import Outcome, Statement, StatementChange
from revisions.words import fold, is_word, letters, sentences, tokens

SAME_STATEMENT = 0.55  # share of common words from which two statements of one speaker are one, reworded


def compare_statements(old: Sequence[Statement], new: Sequence[Statement]) -> list[StatementChange]:
    """Changes in the order of the new text, withdrawn statements last.

    A statement that only moved or changed its typography is no change. "Declined to comment" that turns into words
    is an added statement, not a reworded one.
    """
    before, after = _without_common(old, new)
    changes: list[StatementChange] = []
    for statement in after:
        twin = max(before, key=lambda s: _likeness(s, statement), default=None)
        if twin and _likeness(twin, statement) >= SAME_STATEMENT:
            before.remove(twin)
            changes.append(_grown_or_reworded(twin, statement))
        else:
            silence = next((s for s in before if s.silent and s.speaker == statement.speaker), None)
            if silence and not statement.silent:
                before.remove(silence)
            changes.append(_change(statement, Outcome.ADDED, silence.text if silence else ""))
    return changes + [_change(s, Outcome.WITHDRAWN) for s in before]


def _grown_or_reworded(old: Statement, new: Statement) -> StatementChange:
    """Sentences that only came or only went are an addition or a withdrawal of those sentences."""
    before, after = sentences(old.text), sentences(new.text)
    had, has = {fold(s) for s in before}, {fold(s) for s in after}
    came, went = [s for s in after if fold(s) not in had], [s for s in before if fold(s) not in has]
    if came and not went:
        return StatementChange(new.speaker, Outcome.ADDED, " ".join(came), new.quoted)
    if went and not came:
        return StatementChange(new.speaker, Outcome.WITHDRAWN, " ".join(went), old.quoted)
    return _change(new, Outcome.REWORDED, old.text)


def _change(statement: Statement, action: Outcome, before: str = "") -> StatementChange:
    return StatementChange(statement.speaker, action, statement.text, statement.quoted, before)


def _without_common(old: Sequence[Statement], new: Sequence[Statement]) -> tuple[list[Statement], list[Statement]]:
    """Both sides without what they share: whole statements, or sentences that only changed paragraph."""
    old_words = {(s.speaker, letters(s.text)) for s in old}
    new_words = {(s.speaker, letters(s.text)) for s in new}
    return (
        [s for s in old if (s.speaker, letters(s.text)) not in new_words],
        [s for s in new if (s.speaker, letters(s.text)) not in old_words],
    )


def _likeness(a: Statement, b: Statement) -> float:
    if a.speaker != b.speaker or a.silent != b.silent:
        return 0.0
    return float(Indel.normalized_similarity(word_keys(a.text), word_keys(b.text)))


@lru_cache(maxsize=4096)  # each is compared with many
def word_keys(text: str) -> tuple[str, ...]:
    """The words by which statements are compared, marks and capitals aside."""
    return tuple(t.key.lower() for t in tokens(text) if is_word(t.key))

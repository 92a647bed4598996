"""The stories the newsroom plays. Written for this project; nobody and nothing in them exists.

Each story is a list of stages; a stage is how the article reads until the next one.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Stage:
    """One state of an article. `notice` stands where the outlet puts its notices; `gone` is an HTTP status."""

    headline: str
    paragraphs: tuple[str, ...]
    standfirst: str = ""
    byline: str = ""
    notice: str = ""
    modified: str = ""
    gone: int = 0


@dataclass(frozen=True)
class Story:
    slug: str
    outlet: str
    stages: tuple[Stage, ...]
    published: str = "2021-07-18T16:00:00Z"
    summary: str = ""


_LIST = Stage(
    headline="Pegasus spyware list names harbour inspectors and a river pilot",
    standfirst="Reporters in four towns spent a spring matching numbers to people who never knew they were of interest",
    byline="Ines Okafor and Tomasz Lind",
    paragraphs=(
        "Forty harbour inspectors, two archivists and a river pilot appear on a list of telephone numbers that "
        "reporters believe were entered into the Pegasus system between two elections.",
        "The list reached a small newsroom in a padded envelope with no return address. It held 1,200 numbers, sorted "
        "by the hour at which somebody had typed them.",
        "A laboratory examined nineteen of the handsets. Eleven carried traces that its engineers tie to spyware; on "
        "three the trace was younger than a minute when the owner's train left the station.",
        "“I only ever counted barges,” the river pilot said, turning the telephone over on the kitchen table.",
        "The town's council has asked the prosecutor to explain who could have wanted the movements of its inspectors, "
        "and on what paper the wish was written down.",
        "NSO Group did not respond to questions sent before publication.",
    ),
)
_COMMENT = (
    "In a statement sent after publication, NSO Group said: “The envelope describes a telephone book, not a list of "
    "targets, and its arithmetic is a fairy tale.” The company added that it would look into every credible claim of "
    "misuse and switch off customers who broke their word.",
)
_LIST_WITH_COMMENT = replace(
    _LIST,
    paragraphs=(*_LIST.paragraphs[:5], *_COMMENT),
    notice="This article was updated to reflect comment from NSO Group, received after publication.",
    modified="2021-07-19T08:30:00Z",
)

_FIGURE = Stage(
    headline="Surveillance firm sold NSO tools through a lamp shop, filings show",
    byline="Marta Quell",
    paragraphs=(
        "A shop that sells desk lamps in a side street stood for three years between NSO Group and a ministry that "
        "wanted its spyware but not the receipt, according to company filings.",
        "The filings put the price at $14m, paid in five parts, each on the first working day of a month.",
        "Neighbours remember the shop as dark. “For a place full of lamps it never burned one,” said the baker next door.",
        "The clerk who stamped the papers has since left the registry and breeds carp in the hills to the north.",
    ),
)
_FIGURE_CORRECTED = replace(
    _FIGURE,
    paragraphs=(
        _FIGURE.paragraphs[0],
        _FIGURE.paragraphs[1].replace("$14m", "$11m"),
        *_FIGURE.paragraphs[2:],
    ),
    notice="Correction: An earlier version of this article gave the price as $14m. The filings say $11m.",
    modified="2021-07-20T10:00:00Z",
)

_HEADLINE = Stage(
    headline="Spyware inquiry opens in a half-empty hall",
    byline="Jonas Ferreira",
    paragraphs=(
        "The parliamentary inquiry into Pegasus opened on Tuesday before eleven members, four of whom read newspapers.",
        "Its chair promised to follow every number on the list to the telephone at the end of it, however long the wire.",
        "The first witness, an engineer, drew the network on a blackboard and was asked to use larger letters.",
    ),
)

_PASSAGE = Stage(
    headline="How a phone was infected with Pegasus during a wedding speech",
    byline="Ada Brandt",
    paragraphs=(
        "The telephone lay beside the cake. At nine minutes past eight, during the second speech, something opened it "
        "without a sound, the laboratory's report on the spyware says.",
        "The bride's uncle edits a weekly that had asked the interior minister about a bridge.",
        "According to two officials, the order for the surveillance carried the initials of the minister's own cabinet "
        "chief, who was a guest at the same table and left before the dancing began.",
        "The report lists forty such openings over six months, most of them on Saturdays.",
        "The weekly has printed the list of dates on its front page, with the weather for each.",
    ),
)

_WITHDRAWN = Stage(
    headline="Minister's driver on Pegasus spyware list, says source",
    byline="Staff",
    paragraphs=(
        "The driver of the transport minister is among those whose telephones were chosen for surveillance with Pegasus, "
        "a person who has seen the list said.",
        "The ministry would not say who drives the minister, or where to.",
        "A colleague described a man who hums at traffic lights and has never owned more than one telephone.",
    ),
)

_AIRLINE = Stage(
    headline="Pegasus Airlines adds a morning flight to the islands",
    paragraphs=(
        "The airline will fly its passengers to the islands an hour earlier from the first of the month.",
        "Coffee will be served.",
    ),
)

STORIES: tuple[Story, ...] = (
    Story("harbour-list", "courier", (_LIST, _LIST_WITH_COMMENT), summary="A leaked list and what stands on it"),
    Story("lamp-shop", "courier", (_FIGURE, _FIGURE_CORRECTED), summary="Spyware and desk lamps"),
    Story(
        "inquiry-opens",
        "dispatch",
        (
            _HEADLINE,
            replace(_HEADLINE, headline="Spyware inquiry opens amid boos for absent minister"),
            replace(_HEADLINE, headline="Absent minister overshadows first day of spyware inquiry"),
        ),
        summary="Eleven members, a blackboard and the Pegasus list",
    ),
    Story(
        "wedding-speech",
        "dispatch",
        (_PASSAGE, replace(_PASSAGE, paragraphs=(*_PASSAGE.paragraphs[:2], *_PASSAGE.paragraphs[3:]))),
        summary="Forty openings, most of them on Saturdays",
    ),
    Story("ministers-driver", "tribune", (_WITHDRAWN, replace(_WITHDRAWN, gone=410)), summary="A man who hums"),
    Story("morning-flight", "tribune", (_AIRLINE,), summary="An airline and its timetable"),
)

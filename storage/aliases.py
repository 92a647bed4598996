"""One article for all the URLs that lead to it."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from revisions.text import Text
from revisions.words import fold
from storage.facts import VisitFacts
from storage.habits import host_of
from storage.tables import Alias, Article
from storage.texts import text_of
from storage.versions import latest_version

AT_ONCE = 500  # URLs looked up by one query; databases limit how many a statement may name


def find_article(session: Session, url: str) -> Article | None:
    """The article at a canonical URL or one of its aliases."""
    found = session.exec(select(Article).where(Article.url == url)).first()
    if found is None and (alias := session.get(Alias, url)):
        found = session.get(Article, alias.article_id)
    while found is not None and found.merged_into:
        found = session.get(Article, found.merged_into)
    return found


def find_articles(session: Session, urls: Iterable[str]) -> dict[str, Article]:
    """The known ones among canonical URLs, by URL; a few queries for every `AT_ONCE` of them."""
    found: dict[str, Article] = {}
    wanted = list(dict.fromkeys(urls))
    for start in range(0, len(wanted), AT_ONCE):
        found |= _find_some(session, set(wanted[start : start + AT_ONCE]))
    return found


def _find_some(session: Session, wanted: set[str]) -> dict[str, Article]:
    found = {a.url: a for a in session.exec(select(Article).where(col(Article.url).in_(wanted)))}
    aliases = session.exec(select(Alias).where(col(Alias.url).in_(wanted - set(found)))).all()
    targets = session.exec(select(Article).where(col(Article.id).in_({a.article_id for a in aliases}))).all()
    by_id = {article.id: article for article in targets}
    return found | {alias.url: by_id[alias.article_id] for alias in aliases}


def settle_address(session: Session, article: Article, facts: VisitFacts) -> Article:
    """The article a visit turned out to be about, after what the page says of its own address.

    An address nobody has becomes the article's own and the old one its alias. An address another article has means
    that both are one, provided they read alike: a site that gives every page the same address must not swallow its
    articles.
    """
    if not facts.canonical or facts.canonical == article.url or facts.text is None:
        return article
    other = find_article(session, facts.canonical)
    if other is None:
        old, article.url, article.host = article.url, facts.canonical, host_of(facts.canonical)
        session.flush()
        _remember(session, old, article)
        return article
    if other.id == article.id or article.versions or not _reads_alike(session, other, facts.text):
        return article
    article.status, article.merged_into, article.next_visit_at = "merged", other.id, None
    session.add(article)
    _remember(session, article.url, other)
    return other


def _remember(session: Session, url: str, article: Article) -> None:
    assert article.id is not None
    session.merge(Alias(url=url, article_id=article.id))


def _reads_alike(session: Session, other: Article, text: Text) -> bool:
    assert other.id is not None
    version = latest_version(session, other.id)
    if version is None:
        return not other.title or fold(other.title) == fold(text.headline)
    known = {fold(p.text) for p in text_of(session, version).paragraphs}
    shared = sum(fold(p.text) in known for p in text.paragraphs)
    return fold(version.headline) == fold(text.headline) or shared >= 0.5 * max(1, len(text.paragraphs))

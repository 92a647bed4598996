"""`make bench-signal`: the right text, the right story, and what a change means, against labelled data.

The reference data lies beside the project; labels made for it, and titles and articles written for it, are kept in
`bench/labels`. Rules for labelling stand in `bench/labels/README.md`.
"""

import sys
import warnings

from bench.measure_pages import measure_furniture, measure_kept_notices, measure_pages
from bench.measure_recrawls import measure_recrawls
from bench.measure_revisions import measure_revisions
from bench.measure_words import measure_notices, measure_statements, measure_topic
from bench.reading import DATA
from bench.real_pages import real_pages
from bench.report import publish


def main() -> int:
    if not DATA.is_dir():
        sys.stderr.write(f"no reference data at {DATA}: nothing can be measured\n")
        return 1
    warnings.simplefilter("ignore")
    pages = real_pages(DATA / "pages")
    publish(
        "signal",
        [
            *measure_pages(pages),
            measure_kept_notices(pages),
            measure_furniture(pages),
            *measure_recrawls(),
            *measure_notices(),
            *measure_revisions(),
            measure_statements(),
            *measure_topic(),
        ],
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

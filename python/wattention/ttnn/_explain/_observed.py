"""A file's run with an explainer beside it."""
from .. import _run, _watch
from ._looking import looking
from ._report import Report


def observe(file, arguments, release, prepare=lambda explainer: None):
    """(report, failure): the file's run. `prepare` may change calls of the explainer."""
    explainer, failure = looking(), None
    prepare(explainer)
    _watch.exchange(explainer)
    try:
        _run.run_file(file, arguments, release=release)
    except SystemExit as end:
        failure = end if end.code not in (None, 0) else None
    except Exception as found:
        failure = found
    finally:
        _watch.exchange(None)
        explainer.leave()
    report = Report()
    report._fill(explainer)
    return report, failure

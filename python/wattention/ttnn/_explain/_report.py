"""What the doctor saw, once the program has run."""
import json

from .._errors import error


class Report:
    """Rows in the order of the calls; prints as a table with what costs most, and why."""

    def __init__(self):
        self._text = self._json = self._explainer = None

    def _fill(self, explainer):
        self._text, self._json = explainer.text(), explainer.json()
        self._explainer = explainer

    def _seen(self):
        if self._json is None:
            raise error("bad_input", "[ttnn.explain] expected a report whose block has ended; found it inside")
        return json.loads(self._json)

    @property
    def rows(self):
        """A dict for each: site, word, op, operands, results, programs, modelled_ms, own, total, cause, because, ..."""
        return self._seen()["ops"]

    @property
    def worst(self):
        """Indices of the rows that cost most: a dict with error, time, energy and amplified."""
        return self._seen()["worst"]

    @property
    def calls(self):
        """Every call: its row, its start and its duration in ms on the modelled clock."""
        return self._seen()["calls"]

    def html(self, program="the program"):
        """A page that needs no network: what costs most and why, a picture, the rows."""
        self._seen()
        return self._explainer.html(program)

    def trace(self):
        """The modelled run on a time axis, for ui.perfetto.dev or chrome://tracing."""
        self._seen()
        return self._explainer.trace("wattention explain")

    def journal(self):
        """Every call's tensors and the buffers behind it, as JSON; empty where nobody asked for it before the run."""
        self._seen()
        return self._explainer.journal()

    @property
    def pcc(self):
        """Of what was read back, the worst, or of the last result: against float64. None where nothing ran."""
        outputs = self._seen()["outputs"]
        return None if outputs is None else outputs["pcc"]

    def json(self, levers=None):
        """All of it, as text; with the levers that were tried."""
        seen = self._seen()
        return self._json if levers is None else json.dumps(seen | {"levers": levers}, indent=1)

    def __str__(self):
        return repr(self) if self._text is None else self._text

    def __repr__(self):
        if self._json is None:
            return "<ttnn report, whose block has not ended>"
        return f"<ttnn report of {len(self.rows)} rows, PCC {self.pcc}>"

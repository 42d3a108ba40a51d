"""CONFIG, comparison mode, the tracer that draws nothing."""
import warnings
from pathlib import Path

import numpy as np
from face import WithDevice
from wattention import ttnn


class Config(WithDevice):
    def test_switches(self):
        self.assertEqual((ttnn.CONFIG.enable_fast_runtime_mode, ttnn.CONFIG.report_path), (True, None))
        with ttnn.manage_config("comparison_mode_pcc", 0.5):
            self.assertEqual(ttnn.CONFIG.comparison_mode_pcc, 0.5)
        self.assertEqual(ttnn.CONFIG.comparison_mode_pcc, 0.9999)
        with ttnn.manage_config("root_report_path", "reports"), ttnn.manage_config("report_name", "mine"):
            self.assertEqual(ttnn.CONFIG.report_path, Path("reports/mine"))
        self.expect("bad_input", "did you mean enable_logging", lambda: setattr(ttnn.CONFIG, "enable_loging", True))
        with self.assertWarnsRegex(UserWarning, "enable_model_cache has no effect here"), \
                ttnn.manage_config("enable_model_cache", True):
            pass

    def test_switches_that_others_keep_from_working(self):
        for switch, sentence in (("enable_logging", "Logging cannot be enabled in fast runtime mode"),
                                 ("enable_comparison_mode", "Comparison mode is currently not supported with fast"),
                                 ("enable_graph_report", "Please enable logging to save graph report"),
                                 ("enable_detailed_buffer_report", "enable logging to save detailed buffer report")):
            with self.assertWarnsRegex(UserWarning, sentence), ttnn.manage_config(switch, True):
                pass
        with warnings.catch_warnings(), ttnn.manage_config("enable_fast_runtime_mode", False):
            warnings.simplefilter("error")
            with ttnn.manage_config("enable_logging", True), ttnn.manage_config("enable_graph_report", True):
                pass  # no report has a name

    def test_tracing_says_that_it_draws_nothing(self):
        tensor = self.send(np.ones((2, 2), np.float32))
        with warnings.catch_warnings(record=True) as seen, ttnn.tracer.trace():
            warnings.simplefilter("always")
            self.assertTrue(ttnn.tracer.is_tracing_enabled())
            self.assertIsNone(ttnn.tracer.visualize(tensor + tensor, file_name="graph.svg"))
        self.assertIn("no graph is recorded", str(seen[0].message))
        self.assertFalse(ttnn.tracer.is_tracing_enabled())
        self.expect("unsupported", "tracer.get_graph", lambda: ttnn.tracer.get_graph(tensor))

    def test_golden_functions_have_one_for_ops_only(self):
        self.assertEqual(ttnn.get_golden_function(ttnn.multiply).__name__, "golden_multiply")
        self.expect("bad_input", "does not have a golden function", lambda: ttnn.get_golden_function(ttnn.deallocate))
        self.expect("unsupported", "ttnn.conv2d", lambda: ttnn.get_golden_function(ttnn.conv2d))
        self.assertEqual(ttnn.matmul.python_fully_qualified_name, "ttnn.matmul")

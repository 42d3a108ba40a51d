"""JUnit's XML: a test case a row, which fails below the least PCC."""
import xml.etree.ElementTree as tree


def _case(suite, row, number, least):
    name = f"{number} {row['op']}" + (f" x{row['calls']}" if row["calls"] > 1 else "")
    case = tree.SubElement(suite, "testcase", classname=row["site"] or "program", name=name,
                           time=f"{row['modelled_ms'] / 1e3:.9f}")
    if row["total"] is None:
        tree.SubElement(case, "skipped", message=row["why_unmeasured"] or "no values")
        return
    found = row["total"]["pcc"]
    if least is not None and (found is None or found < least):
        failure = tree.SubElement(case, "failure", message=f"PCC {found} is below {least}")
        failure.text = row["because"]


def junit(report, file, least):
    """The times are the modelled ones."""
    suite = tree.Element("testsuite", name=f"wattention explain {file}")
    tree.SubElement(tree.SubElement(suite, "properties"), "property", name="time", value="modelled")
    for number, row in enumerate(report.rows, 1):
        _case(suite, row, number, least)
    suite.set("tests", str(len(report.rows)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    tree.indent(suite)
    return tree.tostring(suite, encoding="unicode", xml_declaration=True)

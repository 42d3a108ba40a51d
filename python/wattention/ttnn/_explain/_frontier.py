"""The levers as a table: what each gives, what it costs, what to write."""
from ._tries import frontier


def _number(value, form):
    return "-" if value is None else format(value, form)


def _error(one):
    if one.not_finite:
        return f"{one.not_finite} infinite"
    return "-" if one.error is None else f"{one.error:.4%}".replace("%", " %")


def _line(one, mark):
    what = " and ".join(map(str, one.levers)) or "as it is"
    return f"{mark} {_number(one.pcc, '.6f'):>9}  {_error(one):>13}  {one.ms:9.4f}  {one.joules:9.2e}  {what}"


def _cheapest(base, tries, least):
    """The least time, then energy, that reaches the PCC asked for."""
    reached = [one for one in [base, *tries] if not one.refused and one.pcc is not None and one.pcc >= least]
    if not reached:
        return f"None of them reaches a PCC of {least}."
    one = min(reached, key=lambda one: one.costs()[2:])
    return f"Cheapest with a PCC of {least} or more: {' and '.join(map(str, one.levers)) or 'as it is'}."


def table(base, tries, least=None):
    """Sorted by error; `*` marks those that none beats in error, time and energy at once."""
    best = frontier(base, tries)
    lines = ["", "Levers, each tried on the whole program; * none is better in error, modelled time and J at once:",
             f"  {'PCC':>9}  {'error':>13}  {'card ms':>9}  {'J':>9}  change"]
    for one in sorted([base, *(one for one in tries if not one.refused)], key=lambda one: one.costs()):
        lines.append(_line(one, "*" if one in best else " "))
    wanted = [one for one in sorted(best, key=lambda one: one.costs()) if one.levers]
    if wanted:
        lines += ["What to write:"]
        for lever in dict.fromkeys((str(lever), lever.code) for one in wanted for lever in one.levers):
            lines.append(f"  {lever[0]}\n      {lever[1]}")
    if least is not None:
        lines.append(_cheapest(base, tries, least))
    refused = [one for one in tries if one.refused]
    if refused:
        lines += ["What does not run:"] + [f"  {one.levers[0]}: {one.refused}" for one in refused]
    return "\n".join(lines) + "\n"


def rows(base, tries):
    """As JSON: the program as it is first."""
    best = frontier(base, tries)
    return [one.row() | {"on_frontier": one in best} for one in [base, *tries]]

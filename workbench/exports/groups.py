"""How the groups of candidates can be told apart, in sentences.

The result of `cluster_candidates` comes in, sentences go out.
"""

from workbench.analyses.candidates import Candidates
from workbench.charts.role_ranking import name_holders
from workbench.charts.theme import counted, plain_text

__all__ = ["explain_groups"]


def explain_groups(candidates: Candidates) -> list[str]:
    """Say by which few questions the groups can be told apart, and how often that is right.

    Parameters
    ----------
    candidates
        Its `profiles` need cluster and role; its `rules` cluster, rule, n and agreement.

    Returns
    -------
    list of str
        One sentence for each group that a rule describes; none where there are no groups.
    """
    roles = candidates.profiles.set_index("cluster")["role"]
    rules = candidates.rules.loc[candidates.rules["n"].gt(0)].to_dict("records")
    return [
        f"{name_holders(str(roles[row['cluster']]), 2)}: {plain_text(row['rule'])} (right for "
        f"{100 * row['agreement']:.0f} % of {counted(int(row['n']), 'person', 'people')})."
        for row in rules
    ]

"""Declines and candidates found in the sample company, from its spreadsheet to the answer.

Run `python -m benchmarks.sample_company --seeds 20`. Each seed is a new company of 400 people and
8 half-years whose truth is known. A before/after rule (each person's mean after against the mean
before, a one-sided test, false discovery rate held at the same 0.10) judges the same people from
the same scores.
"""

import argparse

import numpy as np
import pandas as pd
from scipy import stats

import workbench
from workbench.ladder import ROLES

FDR = 0.10


def before_after(calibration: workbench.Calibration) -> pd.Series:
    """Flag the judged people whose mean fell, by a test that takes cycles for independent draws."""
    flags = calibration.declines.flags.set_index("person_id")
    judged = flags[flags["effect"].notna()]
    scores = calibration.scores
    spread = scores.groupby("person_id")["technical_output"].std().median()
    error = spread * np.sqrt(1 / judged["n_before"] + 1 / judged["n_after"])
    p_value = stats.norm.cdf(judged["before_after"] / error)
    adjusted = stats.false_discovery_control(p_value) if len(p_value) else p_value
    return pd.Series(adjusted <= FDR, index=judged.index)


def tally(flagged: pd.Series, fell: pd.Series) -> dict[str, float]:
    """Count false flags among flags, and flags among those who fell, of the people judged."""
    fell = fell.reindex(flagged.index)
    return {
        "flags": int(flagged.sum()),
        "false": int((flagged & ~fell).sum()),
        "fell": int(fell.sum()),
        "found": int((flagged & fell).sum()),
        "fdr": float((flagged & ~fell).sum() / max(flagged.sum(), 1)),
    }


def measure(seed: int, decline_share: float) -> dict[str, dict[str, float]]:
    """Run one company through the workbench and compare with what was planted."""
    company = workbench.make_company(seed=seed, decline_share=decline_share)
    calibration = workbench.load(company.tables)
    flags = calibration.declines.flags.set_index("person_id")
    judged = flags[flags["effect"].notna()]
    truth = company.truth.declines.set_index("person_id")["declined"]
    return {
        "workbench": tally(judged["flagged"].astype(bool), truth),
        "before/after": tally(before_after(calibration), truth),
        "roles": _roles(company, calibration),
    }


def _roles(company: workbench.Company, calibration: workbench.Calibration) -> dict[str, float]:
    """Count planted technical leaders among the people with the clearest role."""
    planted = company.truth.roles.set_index("person_id")["role"].isin(ROLES)
    members = calibration.candidates.members
    named = members[members["role"].isin(ROLES)]
    in_pool = planted.reindex(members["person_id"])
    top = named.nlargest(int(in_pool.sum()), "role_similarity")
    return {
        "planted": int(in_pool.sum()),
        "named": len(named),
        "precision": float(planted.reindex(named["person_id"]).mean()),
        "recall": float(planted.reindex(named["person_id"]).sum() / max(in_pool.sum(), 1)),
        "top_k_precision": float(planted.reindex(top["person_id"]).mean()),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    seeds = range(parser.parse_args().first, parser.parse_args().first + parser.parse_args().seeds)
    for words, share in (("45 % of the promoted fall", 0.45), ("nobody falls", 0.0)):
        results = [measure(seed, share) for seed in seeds]
        print(f"\n{words}, {len(results)} companies")
        for method in ("workbench", "before/after"):
            rows = pd.DataFrame([result[method] for result in results])
            error = rows["fdr"].std() / np.sqrt(len(rows))
            print(
                f"  {method:13s} FDR {rows['fdr'].mean():.3f} (+-{error:.3f})"
                f"  power {rows['found'].sum() / max(rows['fell'].sum(), 1):.2f}"
                f"  flags {rows['flags'].sum():3.0f}  false {rows['false'].sum():3.0f}"
                f"  companies with a false flag {(rows['false'] > 0).mean():.2f}"
            )
        roles = pd.DataFrame([result["roles"] for result in results]).mean()
        print("  roles        ", "  ".join(f"{name} {value:.2f}" for name, value in roles.items()))


if __name__ == "__main__":
    main()

"""What appendix 1 says of its run."""

from tools.claims import claim

CONTRADICTIONS = {
    "dogs": ("quick", {"from_folder": ('folder / "train" / "cat"', 'folder / "train" / "dog"')}),
}


@claim("share_read", "Most of what it finds are cats", false_on="dogs")
def mostly_cats(run):
    share = run.number("share_of_cats")
    return {"share of cats": share}, share > 0.6

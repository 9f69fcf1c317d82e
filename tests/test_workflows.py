"""What GitHub runs: make targets that exist, actions at a tag, few permissions, limits of time.

`tests/release` has zizmor and GitHub's schemas look at the same files.
"""

import re

import pytest
import yaml

from tools.build_notebooks import ROOT
from tools.pin_actions import USES, WORKFLOWS, pin

PATHS = sorted(WORKFLOWS.iterdir())
TARGETS = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.M))

STEP = "- uses: actions/checkout"
"""How the first step of each job begins, at a tag or at a commit."""

MAY_WRITE = {
    "release.yml": {"release": {"contents"}},
    "site.yml": {"publish": {"pages", "id-token"}},
    "weekly.yml": {"tell": {"issues"}},
}
"""All that jobs may do but read."""


def called(job):
    """Return the make targets that a job calls, those by a matrix and a variable included."""
    matrix = job.get("strategy", {}).get("matrix", {})
    found = set()
    for step in job["steps"]:
        said = step.get("run", "")
        for name, value in step.get("env", {}).items():
            if key := re.fullmatch(r"\$\{\{ matrix\.(\w+) \}\}", str(value)):
                said = said.replace(f'"${name}"', " ".join(matrix[key[1]]))
        for line in re.findall(r"\bmake ([^\n;&|]*)", said):
            found |= {word for word in line.split() if "=" not in word}
    return found


def faults(text):
    """Return a line for each rule that a workflow breaks."""
    workflow = yaml.safe_load(text)
    found = [] if workflow.get("permissions") == {} else ["the workflow: permissions, not {}"]
    for name, job in workflow["jobs"].items():
        found += [
            f"{name}: no {key}" for key in ("permissions", "timeout-minutes") if key not in job
        ]
        found += [f"{name}: no target {target}" for target in sorted(called(job) - TARGETS)]
    uses = re.findall(r"uses: (.*)", text)
    return found + [f"no action at a tag: {action}" for action in uses if not USES.match(action)]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_a_workflow_keeps_the_rules(path):
    assert faults(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_few_jobs_may_write(path):
    jobs = yaml.safe_load(path.read_text("utf-8"))["jobs"]
    writing = {
        name: {scope for scope, may in job["permissions"].items() if may != "read"}
        for name, job in jobs.items()
    }
    assert {name: may for name, may in writing.items() if may} == MAY_WRITE.get(path.name, {})


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("make setup", "make set-up", "elsewhere: no target set-up"),
        ("make: [test,", "make: [tests,", "linux: no target tests"),
        (STEP, f"{STEP}\n      {STEP}", "no action at a tag: actions/checkout"),
        (STEP, f"{STEP}@main\n      {STEP}", "no action at a tag: actions/checkout@main"),
        ("permissions: {}", "permissions: write-all", "the workflow: permissions, not {}"),
        ("    permissions:\n      contents: read # the check-out\n", "", "linux: no permissions"),
        ("    timeout-minutes: 90\n", "", "linux: no timeout-minutes"),
    ],
)
def test_a_workflow_that_breaks_a_rule_is_found(old, new, fault):
    text = (WORKFLOWS / "test.yml").read_text("utf-8")
    assert old in text
    assert fault in faults(text.replace(old, new, 1))


def test_github_runs_what_ci_runs():
    workflow = yaml.safe_load((WORKFLOWS / "test.yml").read_text("utf-8"))
    listed = re.findall(r"^make (\S+)$", (ROOT / ".ci" / "run").read_text("utf-8"), re.M)
    assert workflow["jobs"]["linux"]["strategy"]["matrix"]["make"] == listed


def test_the_make_of_a_mac_can_read_the_makefile():
    """Before 4.3, make takes a number sign within a call for the start of a comment."""
    lines = (ROOT / "Makefile").read_text("utf-8").splitlines()
    broken = [line for line in lines if re.match(r"[^\t#]*\$\([^#]*#", line.split("  ## ")[0])]
    assert broken == []


def test_pinning_keeps_the_tag_and_can_be_done_again():
    text = "- uses: actions/checkout@v7\n- uses: a/b/c@v1.2 # why\n- uses: a/b/c@v1.2\n"
    once = pin(text, lambda name, tag: {"actions/checkout": "1", "a/b": "2"}[name] * 40)
    assert once.splitlines() == [
        f"- uses: actions/checkout@{'1' * 40} # v7",
        "- uses: a/b/c@v1.2 # why",
        f"- uses: a/b/c@{'2' * 40} # v1.2",
    ]
    assert pin(once, lambda name, tag: "3" * 40).count("3" * 40) == 2

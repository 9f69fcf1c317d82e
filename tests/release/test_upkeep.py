"""The files for GitHub, as others read them: zizmor, GitHub's schemas, git, a stand-in for gh."""

import os
import shutil
import subprocess

import pytest

from tests.release.steps import run_with_gh, step
from tools import pin_actions
from tools.build_notebooks import ROOT

UPKEEP = ROOT / ".venv-upkeep" / "bin"
FILES = {
    "github-workflows": "workflows/*.yml",
    "dependabot": "dependabot.yml",
    "github-issue-forms": "ISSUE_TEMPLATE/[0-9]*.yml",
    "github-issue-config": "ISSUE_TEMPLATE/config.yml",
}
"""The files of .github by the schema that check-jsonschema has for them."""


@pytest.fixture
def github(tmp_path):
    return shutil.copytree(ROOT / ".github", tmp_path / ".github")


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def zizmor(folder):
    options = ["--offline", "--strict-collection", "--persona=pedantic", "--no-progress", "--quiet"]
    run = subprocess.run([UPKEEP / "zizmor", *options, folder], capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def misfits(folder, schema):
    paths = sorted(folder.glob(FILES[schema]))
    command = [UPKEEP / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", *paths]
    assert paths
    return subprocess.run(command, capture_output=True, text=True)


def test_zizmor_finds_nothing(github):
    code, said = zizmor(github)
    assert code == 0, said


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("          persist-credentials: false\n", "          fetch-depth: 0\n", "artipacked"),
        ('make "$TARGET"', "make ${{ github.head_ref }}", "template-injection"),
        ("- uses:", "- uses: somebody/something@v7\n      - uses:", "unpinned-uses"),
        ("  pull_request:\n", "  pull_request_target:\n", "dangerous-triggers"),
    ],
)
def test_zizmor_finds_what_is_dangerous(github, old, new, finding):
    replace(github / "workflows" / "test.yml", old, new)
    code, said = zizmor(github)
    assert code and finding in said, said


@pytest.mark.parametrize("schema", FILES)
def test_github_can_read_the_files(schema):
    run = misfits(ROOT / ".github", schema)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize(
    ("schema", "name", "old", "new"),
    [
        ("github-workflows", "workflows/site.yml", "runs-on:", "run-on:"),
        ("dependabot", "dependabot.yml", "interval: monthly", "interval: now and then"),
        ("github-issue-forms", "ISSUE_TEMPLATE/2-check.yml", "type: dropdown", "type: menu"),
        ("github-issue-config", "ISSUE_TEMPLATE/config.yml", "false", "never"),
    ],
)
def test_what_github_cannot_read_is_found(github, schema, name, old, new):
    replace(github / name, old, new)
    assert misfits(github, schema).returncode == 1


@pytest.mark.parametrize(
    ("gh", "code", "made"),
    [
        ("true", 0, 1),
        ("echo 'The weekly run is red, again'", 0, 1),
        ("echo another; echo 'The weekly run is red'", 0, 0),
        ("exit 4", 4, 0),
    ],
)
def test_an_issue_is_opened_unless_one_is_open(tmp_path, gh, code, made):
    script, variables = step("weekly.yml", "tell", "Open the issue")
    run, calls = run_with_gh(script, gh, tmp_path, **variables)
    assert run.returncode == code, run.stderr
    assert calls[0].startswith("issue list --state open")
    opened = [call for call in calls if call.startswith("issue create --title The weekly run is")]
    assert len(opened) == made and len(calls) == 1 + made


@pytest.fixture
def actions(tmp_path, monkeypatch):
    """An action in a repository on this machine, which git takes for GitHub; returns its folder."""
    for name, value in {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{tmp_path}/.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/",
    }.items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "actions" / "checkout"
    folder.mkdir(parents=True)
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    git(folder, "init", "--quiet")
    git(folder, *identity, "commit", "--quiet", "--allow-empty", "-m", "One")
    git(folder, "tag", "v6")
    git(folder, *identity, "commit", "--quiet", "--allow-empty", "-m", "Two")
    git(folder, *identity, "tag", "--annotate", "-m", "Seven", "v7")
    git(folder, "tag", "v7.1", "v6")
    return folder


def git(folder, *arguments):
    return subprocess.check_output(["git", *arguments], cwd=folder, text=True).strip()


def test_an_action_is_pinned_at_the_commit_of_its_tag(actions, tmp_path):
    workflow = tmp_path / "some.yml"
    workflow.write_text("- uses: actions/checkout@v6\n- uses: actions/checkout@v7\n")
    assert pin_actions.main(tmp_path) == 0
    six, seven = git(actions, "rev-parse", "v6", "HEAD").split()
    assert workflow.read_text().splitlines() == [
        f"- uses: actions/checkout@{six} # v6",
        f"- uses: actions/checkout@{seven} # v7",
    ]


@pytest.mark.parametrize(
    ("missing", "said"),
    [("actions/checkout@v8", "has no tag v8"), ("actions/no-such@v1", "no-such")],
)
def test_what_cannot_be_fetched_is_not_pinned(actions, tmp_path, missing, said, capsys):
    text = f"- uses: actions/checkout@v6\n- uses: {missing}\n"
    (tmp_path / "some.yml").write_text(text)
    assert pin_actions.main(tmp_path) == 1
    assert (tmp_path / "some.yml").read_text() == text
    told = capsys.readouterr().err
    assert told.startswith("GitHub did not tell; nothing has changed.") and said in told


def test_without_a_network_nothing_is_pinned(github, offline, capsys):
    before = {path: path.read_bytes() for path in (github / "workflows").iterdir()}
    assert pin_actions.main(github / "workflows") == 1
    assert {path: path.read_bytes() for path in before} == before
    assert "nothing has changed" in capsys.readouterr().err

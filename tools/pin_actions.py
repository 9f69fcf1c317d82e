"""Put the actions of the workflows at commits in place of tags: `python -m tools.pin_actions`.

A tag can be moved, a commit cannot. GitHub is asked for each; where one cannot be had, nothing is
written. The tag stays beside the commit, as a comment: Dependabot keeps both up to date, and a
second run of this takes the commit at which the tag stands by then.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from tools.lesson_source import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"
USES = re.compile(r"(?P<name>[\w.-]+/[\w.-]+)(?P<path>[\w./-]*)@(?:\w{40} +# +)?(?P<tag>v[\w.]+)$")
"""An action behind `uses: `, at a tag, or at a commit with its tag in a comment."""


def commit_of(name, tag):
    """Return the commit, 40 hexadecimal digits, at which a tag of a repository on GitHub stands.

    Args:
        name: the repository, such as "actions/checkout".
        tag: such as "v7".

    Raises:
        OSError: GitHub, or git, cannot be reached; `LookupError`: there is no such tag.
    """
    command = ["git", "ls-remote", f"https://github.com/{name}", f"refs/tags/{tag}*"]
    variables = os.environ | {"GIT_TERMINAL_PROMPT": "0"}
    run = subprocess.run(command, capture_output=True, text=True, env=variables)
    if run.returncode:
        raise OSError(run.stderr.strip())
    found = dict(reversed(line.split("\t")) for line in run.stdout.splitlines())
    # An annotated tag is an object of its own; the line with ^{} names the commit behind it.
    commit = found.get(f"refs/tags/{tag}^{{}}") or found.get(f"refs/tags/{tag}")
    if not commit:
        raise LookupError(f"{name} has no tag {tag}")
    return commit


def pin(text, commit_of=commit_of):
    """Return the text of a workflow with each action at the commit of its tag."""

    def pinned(match):
        commit = commit_of(match["name"], match["tag"])
        return f"{match['name']}{match['path']}@{commit} # {match['tag']}"

    return re.sub(rf"(?m)(?<=uses: ){USES.pattern}", pinned, text)


def main(folder=WORKFLOWS):
    paths = sorted(Path(folder).glob("*.yml"))
    try:
        made = {path: pin(path.read_text(encoding="utf-8")) for path in paths}
    except (OSError, LookupError) as error:
        print(f"GitHub did not tell; nothing has changed. {error}", file=sys.stderr)
        return 1
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Steps of workflows, run where a script stands in for `gh`."""

import os
import subprocess

import yaml

from tools.build_notebooks import ROOT


def step(workflow, job, name):
    """Return what a step of a workflow runs, and the variables that it sets itself."""
    text = (ROOT / ".github" / "workflows" / workflow).read_text(encoding="utf-8")
    steps = yaml.safe_load(text)["jobs"][job]["steps"]
    (found,) = [step for step in steps if step.get("name") == name]
    return found["run"], found["env"]


def run_with_gh(script, gh, folder, **variables):
    """Run a step where `gh` is a script, and return the process and the calls of gh, a list."""
    (folder / "gh").write_text(f'#!/bin/sh\necho "$*" >> "{folder}/calls"\n{gh}\n')
    (folder / "gh").chmod(0o755)
    variables = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"} | variables
    command = ["bash", "-e", "-c", script]
    run = subprocess.run(command, env=variables, cwd=folder, capture_output=True, text=True)
    return run, (folder / "calls").read_text().splitlines()

"""The machine that a lesson runs on: its settings, packages, devices, and what it can print."""

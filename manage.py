#!/usr/bin/env python
"""Redrive's commands: `manage.py serve` runs the whole site, `manage.py simulate` runs a scenario in the terminal."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "visualizer.settings")
    execute_from_command_line(sys.argv)

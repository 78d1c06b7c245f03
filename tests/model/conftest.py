# SPDX-License-Identifier: BSD-2-Clause
"""The tests of the model are cmocka programs, collected as those of tests/unit are."""

import importlib.util
from pathlib import Path

_path = Path(__file__).resolve().parents[1] / "unit/conftest.py"
_spec = importlib.util.spec_from_file_location("unit_conftest", _path)
_unit = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_unit)

pytest_collect_file = _unit.pytest_collect_file

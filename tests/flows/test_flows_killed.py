"""A batch survives what may happen over a weekend: its export is that of a run that nothing happened to."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

KILLS = 26
HERE = Path(__file__).parent
TIMES = re.compile(r"\d{4}-\d\d-\d\dT[\d:.+]+")


def test_killed_batch_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    """Killed at over twenty points, from the first write to the last, while people decide: the same export."""
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(map(str, (HERE.parents[1], HERE, HERE.parent))),
        "OMP_NUM_THREADS": "1",
        "PREFECT_HOME": str(tmp_path / "prefect"),
    }
    command = [sys.executable, str(HERE / "batch_child.py"), str(tmp_path), str(KILLS)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    told = json.loads(ended.stdout)
    assert len(set(told["died"])) >= 20
    assert TIMES.sub("", told["killed"]) == TIMES.sub("", told["whole"])
    decided = [phrase["decision"]["person"] for phrase in json.loads(told["killed"])["phrases"] if phrase["decision"]]
    assert sorted(decided) == ["Kari", "Ola"]

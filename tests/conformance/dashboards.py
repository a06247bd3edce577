"""Dashboards: unique identity, no overlap, and PromQL that promtool reads."""
import json
import subprocess
import sys
import tempfile

import yaml

uids, rules = set(), []
for path in sys.argv[1:]:
    board = json.load(open(path))
    assert len(board["uid"]) <= 40 and board["uid"] not in uids, f"{path}: uid"
    uids.add(board["uid"])
    taken = set()
    for panel in board["panels"]:
        grid = panel["gridPos"]
        assert grid["x"] + grid["w"] <= 24, f"{path}: too wide"
        cells = {(x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])}
        assert not cells & taken, f"{path}: {panel['title']} overlaps"
        taken |= cells
        for target in panel["targets"]:
            rules.append({"record": f"check:{len(rules)}", "expr": target["expr"]})
with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
    yaml.safe_dump({"groups": [{"name": "g", "rules": rules}]}, file)
    file.flush()
    subprocess.run(["promtool", "check", "rules", file.name], check=True)

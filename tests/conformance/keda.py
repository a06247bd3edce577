"""Triggers of ScaledObjects against KEDA's own list: the CRD accepts any."""
import json
import sys

import yaml

schema = json.load(open(sys.argv[1]))
scalers = {s["type"]: {p["name"] for p in s.get("parameters", [])} for s in schema["scalers"]}
seen = 0
for path in sys.argv[2:]:
    for document in yaml.safe_load_all(open(path)):
        if not document or document["kind"] != "ScaledObject":
            continue
        for trigger in document["spec"]["triggers"]:
            seen += 1
            kind, metadata = trigger["type"], trigger["metadata"]
            assert kind in scalers, f"{path}: no trigger {kind}"
            for key, value in metadata.items():
                assert key in scalers[kind], f"{path}: {kind} has no {key}"
                assert isinstance(value, str), f"{path}: {kind}.{key} is no string"
assert seen, "no trigger was looked at"
print(seen, "triggers")

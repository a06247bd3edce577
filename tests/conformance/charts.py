"""Values set only keys that the chart of that version reads."""
import re
import sys

import yaml

charts = yaml.safe_load(open(sys.argv[1]))


def unread(values, keys, path=""):
    for key, value in values.items():
        full = f"{path}{key}"
        if full in keys:
            continue
        if isinstance(value, dict) and value:
            yield from unread(value, keys, f"{full}.")
        else:
            yield full


faults = []
for path in sys.argv[2:]:
    text = open(path).read()
    command = re.search(r"^# helm upgrade --install \S+ (\S+) --repo \S+ --version (\S+)", text, re.M)
    if not command:
        faults.append(f"{path}: does not say how it is installed")
        continue
    chart, version = command.groups()
    known = charts.get(chart, {"version": "none", "keys": []})
    if known["version"] != version:
        faults.append(f"{path}: {chart} {version}, but keys are known of {known['version']}")
    faults.extend(f"{path}: {chart} reads no {key}" for key in unread(yaml.safe_load(text), known["keys"]))
print("\n".join(faults) or f"{len(sys.argv) - 2} files of values")
sys.exit(bool(faults))

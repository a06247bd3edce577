"""Every alert reaches somebody, by the routes as Alertmanager reads them."""
import subprocess
import sys

import yaml

config, rules = sys.argv[1:]


def receivers(labels):
    words = [f"{name}={value}" for name, value in labels.items()]
    command = ["amtool", "config", "routes", "test", f"--config.file={config}", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().split(",")


faults, alerts = [], 0
known = {r["name"] for r in yaml.safe_load(open(config))["receivers"]}
for group in yaml.safe_load(open(rules))["groups"]:
    for rule in group["rules"]:
        if "alert" not in rule:
            continue
        alerts += 1
        name, labels = rule["alert"], rule.get("labels", {})
        reached = receivers({"alertname": name, **labels})
        for told in filter(None, labels.get("tell", "").split(",")):
            # A channel of some regions is told of those alone: the alert names one when it fires.
            if told not in known:
                faults.append(f"{name}: there is no receiver {told}")
        if not set(reached) <= known:
            faults.append(f"{name}: reaches {reached}")
        # Without channels there is nobody to reach.
        if reached == ["nobody"] and len(known) > 1 and not name.endswith("Watchdog"):
            faults.append(f"{name}: reaches nobody")
print("\n".join(faults) or f"{alerts} alerts reach somebody")
sys.exit(bool(faults))

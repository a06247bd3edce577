"""live.py TREE SERVERS [WORK]: see `run`."""

import atexit
import contextlib
import functools
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from world import NAMESPACES, kind  # noqa: E402

TREE, SERVERS = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
WORK = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 and sys.argv[3] else tempfile.mkdtemp())
WORK.mkdir(parents=True, exist_ok=True)
KEEP = len(sys.argv) > 3 and bool(sys.argv[3])
# Between the loss of the first region and that of the second, while the first's groups are open.
BETWEEN = 45
# When the run ends, counted from the first loss.
ENDS = 230
# What polling, starting and a loaded machine add to a time, in seconds.
SLACK = 4

rules = yaml.safe_load((TREE / "alerts/prometheus/rules.yaml").read_text())
alerts = {r["alert"]: r for g in rules["groups"] for r in g["rules"] if "alert" in r}
system = next(iter(alerts.values()))["labels"]["system"]
page = (TREE / "RUNBOOK_ALERTS.md").read_text()
contract = (TREE / "ARCHITECTURE.md").read_text()
spec = yaml.safe_load((TREE.parents[2] / "examples" / TREE.parent.name / "topology.yaml").read_text())


def seconds(text):
    """A time as the pages print it: `1m25s`, `2h`."""
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
    return sum(int(n) * units[u] for n, u in re.findall(r"(\d+)(ms|[smhdw])", text))


def stated(alert):
    """From the trouble until receivers are notified, by the runbook: at best and at worst."""
    section = page.split(f"\n## {alert}\n")[1].split("\n## ")[0]
    row = re.search(r"\| notified after \| ([^:|]*):", section).group(1)
    low, _, high = row.partition(" .. ")
    return seconds(low), seconds(high or low)


def told(alert, region):
    """The channels that the spec names for an alert, without those of other regions; none if it names none."""
    name = alert.removeprefix("".join(word.capitalize() for word in system.split("-")))
    named = [a for a in spec.get("alerts", {}) if "".join(w.capitalize() for w in a.split("-")) == name]
    named = named or [a for a in spec.get("alerts", {}) if "".join(w.capitalize() for w in a.split("-")) == alert]
    tell = spec["alerts"][named[0]].get("tell", []) if named else []
    of = {name: channel.get("regions") for name, channel in spec["channels"].items()}
    return {name for name in tell if not region or not of[name] or region in of[name]}


def receivers(alert, region):
    """Who is to hear of an alert: whom the spec names, else as amtool reads the emitted routes."""
    if named := told(alert, region):
        return named
    labels = dict(alerts[alert]["labels"], alertname=alert, **({"region": region} if region else {}))
    words = [f"{k}={v}" for k, v in labels.items()]
    config = f"--config.file={TREE}/alerts/alertmanager.yaml"
    out = subprocess.run(
        [SERVERS / "usr/bin/amtool", "config", "routes", "test", config, *words],
        capture_output=True, text=True, check=True)
    return set(out.stdout.strip().split(",")) - {"nobody"}


wanted = functools.cache(lambda key: receivers(*key))


def port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class World:
    """What the exporter shows, and who has heard of what."""

    def __init__(self, regions):
        self.probes = {region: 1 for region in regions}
        self.series = {}
        self.heard = {}
        self.lock = threading.Lock()

    def text(self):
        with self.lock:
            of = 'job="blackbox-regions",system="%s"' % system
            lines = [f'probe_success{{{of},region="{r}",probe="{p}"}} {up}'
                     for r, up in self.probes.items() if up is not None for p in "abc"]
            lines += [f"{name} {value}" for name, value in self.series.items()]
        return "\n".join(lines) + "\n"

    def hear(self, receiver, sent):
        with self.lock:
            for alert in sent["alerts"]:
                if alert["status"] == "firing":
                    key = (alert["labels"]["alertname"], alert["labels"].get("region"))
                    self.heard.setdefault(key, {}).setdefault(receiver, time.time())


def serve(world, at):
    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self, body=b""):
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            self.answer(world.text().encode())

        def do_POST(self):
            length = int(self.headers["Content-Length"])
            world.hear(self.path.strip("/"), json.loads(self.rfile.read(length)))
            self.answer()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", at), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def configure(exporter, alertmanager):
    config = yaml.safe_load((TREE / "alerts/alertmanager.yaml").read_text())
    for receiver in config["receivers"]:
        name = receiver["name"]
        hook = {"url": f"http://127.0.0.1:{exporter}/{name}", "send_resolved": True}
        receiver.clear()
        receiver.update({"name": name}, **({} if name == "nobody" else {"webhook_configs": [hook]}))
    (WORK / "alertmanager.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    every = re.search(r"Probe every (\S+) ", contract).group(1)
    (WORK / "prometheus.yaml").write_text(yaml.safe_dump({
        "global": {"scrape_interval": every, "scrape_timeout": every, "evaluation_interval": "30s"},
        "rule_files": [str(TREE / "alerts/prometheus/rules.yaml")],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}]},
        "scrape_configs": [{"job_name": "all", "honor_labels": True,
                            "static_configs": [{"targets": [f"127.0.0.1:{exporter}"]}]}],
    }))


def moved(binary, place, kept):
    """The server with another folder of templates, whose name is as long: where nothing can be mounted."""
    folder = pathlib.Path(tempfile.gettempdir()) / f"alertmanager-{os.getpid()}"
    folder = folder.with_name(folder.name.ljust(len(place) - len(str(folder.parent)) - 1, "x"))
    assert len(str(folder)) == len(place), folder
    shutil.copytree(kept, folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    own = WORK / "alertmanager"
    own.write_bytes(binary.read_bytes().replace(place.encode(), str(folder).encode()))
    own.chmod(0o755)
    return own


@contextlib.contextmanager
def servers(prometheus, alertmanager):
    log = open(WORK / "servers.log", "w")
    # Debian's Alertmanager looks for its templates below /usr/share.
    templates = SERVERS / "usr/share/prometheus/alertmanager"
    place = "/usr/share/prometheus/alertmanager"
    inside, alertmanagers = [], SERVERS / "usr/bin/prometheus-alertmanager"
    if not os.path.exists(f"{place}/default.tmpl"):
        kept = WORK / "templates"
        shutil.copytree(templates, kept, dirs_exist_ok=True)
        if kind() == NAMESPACES:
            script = f'mount -t tmpfs none /usr/share && mkdir -p {place} && cp -r "$0"/. {place} && exec "$@"'
            root = [] if os.geteuid() == 0 else ["--map-root-user"]
            inside = ["unshare", *root, "--mount", "sh", "-c", script, str(kept)]
        else:
            alertmanagers = moved(alertmanagers, place, kept)
    commands = [
        [SERVERS / "usr/bin/prometheus", f"--config.file={WORK}/prometheus.yaml",
         f"--storage.tsdb.path={WORK}/data", f"--web.listen-address=127.0.0.1:{prometheus}"],
        [*inside, alertmanagers, f"--config.file={WORK}/alertmanager.yaml",
         f"--storage.path={WORK}/state", f"--web.listen-address=127.0.0.1:{alertmanager}",
         "--cluster.listen-address="],
    ]
    running = [subprocess.Popen(c, stdout=log, stderr=log) for c in commands]
    try:
        yield running
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(20)


def firing(prometheus):
    with urllib.request.urlopen(f"http://127.0.0.1:{prometheus}/api/v1/alerts") as answer:
        found = json.load(answer)["data"]["alerts"]
    return {(a["labels"]["alertname"], a["labels"].get("region")) for a in found if a["state"] == "firing"}


def about(pattern):
    return [a for a, rule in alerts.items() if re.search(pattern, rule["expr"])]


def main():
    absent = about(r"^absent\(probe_success")
    silent = about(r"^1 - \(avg by \(region\) \(avg_over_time\(probe_success")
    regions = re.findall(r'region="([^"]+)"', alerts[absent[0]]["expr"])
    first, second, third = regions[0], regions[1], regions[-1]
    world = World(regions)
    exporter, prometheus, alertmanager = port(), port(), port()
    serve(world, exporter)
    configure(exporter, alertmanager)

    # What is to be heard: (alert, region) with the moment from which its time counts.
    expected, began = {}, time.time()
    stores = sorted({(s, d) for a in about(r"replication_lag_seconds\{.*\}\) > ")
                     for s, d in re.findall(r'system="([^"]+)",datastore="([^"]+)"', alerts[a]["expr"])})
    backups = sorted({d for a in about(r'backup_runs_total.*failure"\}\[1h\]') for d in re.findall(r'datastore="([^"]+)"', alerts[a]["expr"])})

    with servers(prometheus, alertmanager) as running:
        for store in stores:
            world.series['replication_lag_seconds{system="%s",datastore="%s",region="%s"}' % (*store, third)] = 0
        time.sleep(45)
        assert all(p.poll() is None for p in running), (WORK / "servers.log").read_text()[-2000:]
        assert not {a for a, _ in firing(prometheus)} & {*silent, *absent}, "an alert fires before anything happened"

        def expect(names, region, at):
            for name in names:
                expected[name, region] = at

        now = time.time()
        with world.lock:
            world.probes[first] = 0
            if third != second:
                world.probes[third] = None
            for store in stores:
                world.series['replication_lag_seconds{system="%s",datastore="%s",region="%s"}' % (*store, third)] = 100_000
            world.series['failover_events_total{system="%s",region="%s"}' % (system, third)] = 1
            for store in backups:
                world.series['backup_runs_total{system="%s",datastore="%s",region="%s",result="failure"}' % (system, store, third)] = 1
        expect(silent, first, now)
        if third != second:
            expect(absent, third, now)
        # A silent region holds back the warnings of its stores.
        behind = [a for a in about(r"replication_lag_seconds\{.*\}\) > ")
                  if third != second or alerts[a]["labels"]["severity"] in ("critical", "high")]
        expect(behind, third, now)
        expect(about(r"failover_events_total.*> 0$"), third, now)
        expect(about(r'backup_runs_total.*failure"\}\[1h\].*> 0$'), None, now)

        fired, lost = {}, False
        while time.time() < now + ENDS:
            if not lost and time.time() >= now + BETWEEN:
                lost = True
                with world.lock:
                    world.probes[second] = 0
                expect(silent, second, time.time())
            for key in firing(prometheus):
                fired.setdefault(key, time.time())
            with world.lock:
                missing = [key for key in expected if not wanted(key) <= world.heard.get(key, {}).keys()]
            if lost and not missing:
                break
            time.sleep(0.5)
        # Nobody else may hear of it a little later.
        time.sleep(15)

    faults = []
    for key, at in sorted(expected.items(), key=lambda e: (e[1], e[0][0])):
        low, high = stated(key[0])
        heard = world.heard.get(key, {})
        times = sorted(round(t - at, 1) for t in heard.values())
        print(f"{key[0]} {key[1] or '-'}: fires after {round(fired.get(key, 0) - at, 1) if key in fired else 'never'} s, "
              f"heard after {times} s by {sorted(heard)}; stated {low:.0f} .. {high:.0f} s, {sorted(wanted(key))}")
        if set(heard) != wanted(key):
            faults.append(f"{key}: heard by {sorted(heard)}, not {sorted(wanted(key))}")
        if times and os.environ.get("RESULTS"):
            with open(os.environ["RESULTS"], "a") as file:
                file.write(f"prometheus: {key[0]} {key[1] or ''}, until the last receiver\t{times[-1]}\t{high + SLACK:.0f}\n")
        for after in times:
            if not low - 1 <= after <= high + SLACK:
                faults.append(f"{key}: heard after {after} s, stated {low:.0f} .. {high:.0f} s")
    # States that differ by checks come one after the other.
    for region, at in ((first, "first"), (second, "second")):
        moments = [fired.get((a, region)) for a in silent]
        if None not in moments and len(set(round(m) for m in moments)) != len(moments):
            faults.append(f"the states of the {at} region fire together: {moments}")
    print(f"{len(expected)} alerts, {len(faults)} faults, {time.time() - began:.0f} s")
    if not expected:
        faults.append("nothing was expected")
    for fault in faults:
        print("FAULT", fault)
    if not KEEP:
        shutil.rmtree(WORK, ignore_errors=True)
    sys.exit(1 if faults else 0)


main()

#!/usr/bin/env python3
"""live.py TREE RESULTS lost|kept|silent|restored: the Redis that a tree has with Sentinel, run in one of four ways. `lost`: the primary
is brought to each region in turn, and lost there in every way that the budget counts. `kept`: links are cut, certificates
and passwords change, and writes go on. `silent`: only the first region is lost, in SETS fresh sets one after the other: each
sentinel asks replicas in an order that it keeps, so one set proves little.
`restored`: the set takes over a snapshot that is served beside it, and has again what it had.

Members run with the emitted settings, scripts and environment, in the world that ../world.py finds; nothing outside is
reached. Appends to RESULTS, a line each: name, measured seconds, promised seconds. Exit 1 if one is over.
SERVERS names the unpacked packages; WORK keeps the runs.
"""
import itertools
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from glob import glob

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import world  # noqa: E402

PASSWORD = "a b\"c'd $e #f\\g {h}"
DURATION = re.compile(r"(\d+)(ms|s|m|h)")
UNIT = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}


def seconds(text):
    return sum(int(n) * UNIT[unit] for n, unit in DURATION.findall(text))


class Failure(Exception):
    """Something is not as the tree says."""


class Set:
    """The set of one tree, running in a world of its own."""

    def __init__(self, tree):
        self.work = tempfile.mkdtemp(prefix="redis-", dir=os.environ.get("WORK"))
        os.chdir(self.work)
        self.files = sorted(glob(f"{tree}/kubernetes/*/redis-*.yaml"))
        self.name = re.search(r"redis-(.*)\.yaml", self.files[0])[1]
        self.regions, self.home = {}, None
        self.rules = []
        net = "10.{}.0" if world.kind() == world.NAMESPACES else "127.{}.0"
        for number, path in enumerate(self.files):
            self.extract(path.split("/")[-2], net.format(4 * number + 4), path)
        with open("shape", "w") as shape:
            for region, r in self.regions.items():
                shape.write(f"{region} {r['net']} {r['node']} {r['sentinel']}\n")
        self.authority()
        for serial, region in enumerate(self.regions):
            self.certify(region, 1000 + serial)
        self.environment = dict(os.environ, SET=self.name)
        open("world", "w").write(world.kind() + "\n")
        if world.kind() == world.LOOPBACK:
            self.environment["NSS_WRAPPER"] = world.named("")["LD_PRELOAD"]
        with open("world.log", "w") as log:
            self.world = subprocess.Popen([*(world.alone() if world.kind() == world.NAMESPACES else []), "bash", f"{HERE}/world.sh"],
                                          stdout=log, stderr=log, env=self.environment)
        until(30, lambda: os.path.exists("ready"), "the world")
        self.entered = []
        if world.kind() == world.NAMESPACES:
            pid = open("world.pid").read().strip()
            self.entered = ["nsenter", "-t", pid, "-m", "-n", *(["-U"] if os.geteuid() else []), f"--wd={self.work}"]
        for region in self.regions:
            self.inside("bash", f"{HERE}/pod.sh", region, "client", "0", check=True)
            self.start(region)

    def extract(self, region, net, path):
        """Settings, scripts and environment as they are emitted."""
        documents = [d for d in yaml.safe_load_all(open(path)) if d]
        os.makedirs(f"config/{region}")
        os.makedirs(f"password/{region}")
        self.password(region, PASSWORD)
        for name, text in next(d for d in documents if d["kind"] == "ConfigMap")["data"].items():
            open(f"config/{region}/{name}", "w").write(text)
        names = next(d for d in documents if d["kind"] == "Certificate")["spec"]["dnsNames"]
        self.regions[region] = {"net": net, "names": names, "node": 0, "sentinel": 0}
        for found in (d for d in documents if d["kind"] in ("StatefulSet", "CronJob")):
            part = found["metadata"]["name"].removeprefix(f"{self.name}-")
            template = found["spec"].get("template") or found["spec"]["jobTemplate"]["spec"]["template"]
            first = template["spec"].get("initContainers", template["spec"]["containers"])[0]
            if part == "backup":
                self.regions[region]["snapshot"] = first["command"]
            elif part != "copy":
                self.regions[region][part] = found["spec"]["replicas"]
            env = first["env"]
            with open(f"config/{region}.{part}.env", "w") as file:
                for each in env:
                    file.write(f"{each['name']}={shlex.quote(each['value'])}\n")
                    if each["name"] == "INITIAL_PRIMARY":
                        self.home = region_of(each["value"])

    def password(self, region, text):
        replace(f"password/{region}/password", text)

    def authority(self):
        """One certificate authority for all regions, as the guide asks for."""
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=ca", "-days", "30")

    def certify(self, region, serial):
        os.makedirs(f"tls/{region}", exist_ok=True)
        open("names", "w").write("subjectAltName=" + ",".join("DNS:" + n for n in self.regions[region]["names"]))
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", "new.key", "-subj", "/", "-out", "request")
        openssl("x509", "-req", "-in", "request", "-CA", "ca.crt", "-CAkey", "ca.key", "-set_serial", str(serial),
                "-days", "30", "-extfile", "names", "-out", "new.crt")
        for source, name in (("new.crt", "tls.crt"), ("new.key", "tls.key"), ("ca.crt", "ca.crt")):
            replace(f"tls/{region}/{name}", open(source).read())

    def inside(self, *command, check=False):
        done = subprocess.run([*self.entered, *command], capture_output=True, text=True, timeout=180, env=self.environment)
        if check and done.returncode:
            raise Failure(f"{command}: {done.stdout}{done.stderr}")
        return done.stdout

    def pod(self, name, *command, check=False):
        """What a command in a pod prints."""
        return self.inside("bash", f"{HERE}/enter.sh", name, *command, check=check)

    def each(self, region):
        return [(part, i) for part in ("node", "sentinel") for i in range(self.regions[region][part])]

    def start(self, region):
        for part, index in self.each(region):
            self.inside("bash", f"{HERE}/pod.sh", region, part, str(index), check=True)

    def kill(self, region, members):
        for part, index in members:
            os.killpg(int(open(f"pods/{region}.{part}-{index}/pid").read()), signal.SIGKILL)

    def ask(self, host, port, *command, password=PASSWORD):
        """What a member answers to a client of its region."""
        auth = [] if port == 26379 else [f"REDISCLI_AUTH={password}"]
        return self.pod(f"{region_of(host)}.client-0", "timeout", "3", "env", *auth, "redis-cli", "--no-auth-warning", "--tls",
                        "--cacert", "/harness/ca.crt", "-h", host, "-p", str(port), *command)

    def sentinel(self, region, *command):
        return self.ask(f"sentinel-0.{region}.{self.name}.internal", 26379, "sentinel", *command)

    def voting(self):
        return [r for r in self.regions if self.regions[r]["sentinel"]]

    def nodes(self, region):
        return [f"node-{i}.{region}.{self.name}.internal" for i in range(self.regions[region]["node"])]

    def primary(self, region):
        return self.sentinel(region, "get-master-addr-by-name", self.name).split("\n")[0]

    def emitted(self, region, script, check=True):
        """Runs an emitted script where the operator's command runs it: in the first sentinel's container."""
        return self.pod(f"{region}.sentinel-0", "/bin/sh", f"/config/{script}", check=check).strip()

    def snapshot(self, region, name):
        """What the emitted backup takes, into the folder that stands in for the bucket."""
        self.pod(f"{region}.client-0", *self.regions[region]["snapshot"], check=True)
        os.rename("bucket/dump.rdb", f"bucket/{name}")

    def operator(self, tree, *arguments, check=True):
        """An emitted script of operators, with stand-ins that act on this set."""
        if not os.path.exists("stand-ins"):
            os.makedirs("bin")
            os.makedirs("stand-ins")
            for tool in "aws gcloud gke-gcloud-auth-plugin kubectl curl terraform dig".split():
                os.symlink(os.path.abspath(f"{HERE}/../scripts/tool"), f"stand-ins/{tool}")
            os.symlink(f"{HERE}/kubectl", "bin/kubectl")
            open("calls", "w").close()
        env = {"PATH": f"{self.work}/bin:{self.work}/stand-ins:{os.environ['PATH']}", "CALLS": f"{self.work}/calls", "TREE": tree,
               "WORLD": self.work, "HOME": self.work, "EVIDENCE_DIR": self.work, "USER": "alice", "FAIL_AT": "none",
               "SERVERS": os.environ["SERVERS"], "SET": self.name, "REAL_DATE": shutil.which("date"), "ENTERED": shlex.join(self.entered),
               "NSS_WRAPPER": self.environment.get("NSS_WRAPPER", "")}
        done = subprocess.run(["bash", f"{tree}/scripts/{arguments[0]}", *arguments[1:]], capture_output=True, text=True, timeout=900,
                              env=env, cwd=self.work, stdin=subprocess.DEVNULL)
        if check and done.returncode:
            raise Failure(f"{arguments}: {done.stdout}{done.stderr}")
        return done

    def healthy(self):
        """The primary, if every sentinel names it, sees all others, and every replica follows."""
        named = {self.primary(r) for r in self.voting()}
        node = named.pop() if len(named) == 1 else None
        if not node:
            return None
        total = {part: sum(r[part] for r in self.regions.values()) for part in ("node", "sentinel")}
        answer = self.ask(node, 6379, "info", "replication")
        if "role:master" not in answer or answer.count("state=online") != total["node"] - 1:
            return None
        for region in self.voting():
            words = self.sentinel(region, "master", self.name).split("\n")
            known = dict(zip(words[0::2], words[1::2]))
            wants = ("master", str(total["sentinel"] - 1), str(total["node"] - 1))
            if (known.get("flags"), known.get("num-other-sentinels"), known.get("num-slaves")) != wants:
                return None
            if "s_down" in self.sentinel(region, "sentinels", self.name) + self.sentinel(region, "replicas", self.name):
                return None
        return node

    def settled(self):
        return until(180, self.healthy, "a healthy set")

    def reach(self, command, *ways):
        """Adds, or deletes, rules by which packets go nowhere."""
        for way in ways:
            if world.kind() == world.NAMESPACES:
                self.inside("ip", "rule", command, *way, "blackhole", check=True)
            else:
                flags = [{"from": "-s", "to": "-d"}.get(word, word) for word in way]
                self.inside("iptables", "-w", "-I" if command == "add" else "-D", "OUTPUT", *flags, "-j", "DROP", check=True)
                (self.rules.append if command == "add" else self.rules.remove)(way)

    def hole(self, region, command):
        """Loses a region, or brings it back: nothing comes to it or from it."""
        if world.kind() == world.NAMESPACES or world.filters():
            net = self.regions[region]["net"] + ".0/24"
            return self.reach(command, ["from", net], ["to", net])
        # Those that the sentinels of the region have begun are children: the whole group stops.
        for part, index in self.each(region):
            group = int(open(f"pods/{region}.{part}-{index}/pid").read())
            os.killpg(group, signal.SIGSTOP if command == "add" else signal.SIGCONT)
        return None

    def link(self, one, other):
        a, b = (self.regions[r]["net"] + ".0/24" for r in (one, other))
        return (["from", a, "to", b], ["from", b, "to", a])

    def writer(self, region):
        path = f"writes-{region}-{time.time():.0f}"
        client = ["ip", "netns", "exec", f"{region}.client-0"] if world.kind() == world.NAMESPACES else []
        command = [*self.entered, *client, sys.executable, f"{HERE}/writer.py", self.name, PASSWORD]
        return path, subprocess.Popen(command, stdout=open(path, "w"), stderr=subprocess.STDOUT)

    def stop(self):
        self.reach("del", *list(self.rules))
        for path in glob("pods/*/pid"):
            try:
                os.killpg(int(open(path).read()), signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.world.kill()
        self.world.wait()
        os.chdir("/")
        if "WORK" not in os.environ:
            shutil.rmtree(self.work, ignore_errors=True)


def region_of(host):
    return host.split(".")[1]


def replace(path, text):
    """As a Secret's volume is updated: never half of a file."""
    open(path + ".new", "w").write(text)
    os.rename(path + ".new", path)


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stderr=subprocess.DEVNULL)


def until(limit, found, what):
    end = time.time() + limit
    while time.time() < end:
        value = found()
        if value:
            return value
        time.sleep(0.5)
    raise Failure(f"{what} did not come within {limit} s")


def acknowledged(path, after, old=None):
    """When a client's first write was acknowledged after a moment, by another primary than `old`."""
    for line in open(path):
        moment, node, said = (line.split() + ["", "", ""])[:3]
        if said == "+OK" and node != old and float(moment) > after:
            return float(moment)
    return None


def promised(tree, store, scenario):
    """Seconds from the loss to a write at worst, as RECOVERY_BUDGET.md adds them up."""
    text = open(f"{tree}/RECOVERY_BUDGET.md").read()
    part = re.search(rf"^### \S+: {re.escape(scenario)}\n(.*?)(?=^### |\Z)", text, re.M | re.S)[1]
    rows = re.findall(rf"^\| (?:detect|decide|promote) \| {store} \| ([^|]+) \|", part, re.M)
    return sum(seconds(row.split("..")[-1]) for row in rows)


def promotable(tree, store, scenario):
    """The regions of which one is promoted, as RECOVERY_BUDGET.md counts votes; none if it does not say."""
    text = open(f"{tree}/RECOVERY_BUDGET.md").read()
    part = re.search(rf"^## Quorum of {store}\n(.*?)(?=^## |\Z)", text, re.M | re.S)[1]
    row = re.search(rf"^\| {re.escape(scenario)} \| [^:|]+: ([^|;]+)", part, re.M)
    return [name.strip() for name in row[1].split(",")] if row else []


def budget(tree, region):
    """The seconds after which the scripts take the promotion in a region for late."""
    text = open(f"{tree}/scripts/failover-region.sh").read()
    return int(re.search(rf"run (\d+) ['\"]Make a node in (?:{region}|\$\{{\w+\}}) the primary of", text)[1])


class Trials:
    def __init__(self, tree, results):
        self.tree, self.results, self.over = tree, results, 0

    def report(self, name, measured, limit):
        self.over += measured > limit
        with open(self.results, "a") as file:
            file.write(f"{name}\t{measured:.1f}\t{limit:.0f}\n")
        print(f"{name}: {measured:.1f} s, promised {limit:.0f} s", flush=True)

    def lose(self, running, name, scenario, lose, back, goes_to=None):
        """Loses the primary by `lose`; measures until a client elsewhere writes again, then brings it back."""
        old = running.settled()
        elsewhere = next(r for r in running.voting() if r != region_of(old))
        path, client = running.writer(elsewhere)
        until(20, lambda: acknowledged(path, 0), "a first write")
        lost = time.time()
        lose()
        first = until(120, lambda: acknowledged(path, lost + 1, old), "a write to a new primary")
        new = running.primary(elsewhere)
        client.kill()
        back()
        self.report(f"redis: {name}, until a write", first - lost, promised(self.tree, running.name, scenario))
        may = goes_to or promotable(self.tree, running.name, f"lose {region_of(old)}")
        if region_of(new) not in may and region_of(new) != region_of(old):
            raise Failure(f"{name}: {new} was promoted, not one in {may}")

    def hole(self, running, region, goes_to=None):
        self.lose(running, f"{region} silent", f"lose {running.home}", lambda: running.hole(region, "add"),
                  lambda: running.hole(region, "del"), goes_to)

    def killed(self, running, region, members, scenario):
        what = "all members of" if len(members) > 1 else "the primary in"
        self.lose(running, f"{what} {region} killed", scenario, lambda: running.kill(region, members),
                  lambda: [running.inside("bash", f"{HERE}/pod.sh", region, part, str(i)) for part, i in members])

    def comes_to(self, running, region):
        """The emitted promotion, as the scripts run it."""
        running.settled()
        if "s" != running.emitted(region, "lag.sh").split(" ")[-1]:
            raise Failure("the lag is not in seconds")
        began = time.time()
        said = running.emitted(region, "promote.sh")
        if region_of(running.primary(region)) != region:
            raise Failure(f"promoted {said}, not in {region}")
        self.report(f"redis: primary brought to {region}", time.time() - began, budget(self.tree, region))

    def cut(self, running, what, cut):
        """A cut that leaves the primary its majority promotes nobody, and writes go on."""
        old = running.settled()
        path, client = running.writer(region_of(old))
        until(20, lambda: acknowledged(path, 0), "a first write")
        cut("add")
        time.sleep(25)
        cut("del")
        client.kill()
        times = [float(line.split()[0]) for line in open(path) if line.rstrip().endswith("+OK")]
        if running.settled() != old:
            raise Failure(f"{what}: the primary moved")
        self.report(f"redis: {what}, longest pause of writes", max(b - a for a, b in zip(times, times[1:])), 2)

    def renewed(self, running):
        """What every member serves once the certificates under it were replaced."""
        running.settled()
        began = time.time()
        for serial, region in enumerate(running.regions):
            running.certify(region, 2000 + serial)

        def served():
            for region in running.regions:
                for part, index in running.each(region):
                    port = 6379 if part == "node" else 26379
                    address = open("addresses").read().split(f"{region}.{part}-{index} ")[1].split()[0]
                    shown = running.pod(f"{region}.client-0", "timeout", "3", "sh", "-c",
                                        f"openssl s_client -connect {address}:{port} </dev/null 2>/dev/null | openssl x509 -noout -serial")
                    if int(shown.strip().partition("=")[2] or "0", 16) < 2000:
                        return False
            return True

        until(300, served, "the renewed certificates")
        self.report("redis: renewed certificates served", time.time() - began, 300)
        running.settled()

    def replaced(self, running):
        """A new password in every region: clients of the old one and of the new one write throughout."""
        old, new = running.settled(), PASSWORD[::-1]
        path, client = running.writer(region_of(old))
        began = time.time()
        for region in running.regions:
            running.password(region, new)

        def used():
            logs = [open(f"pods/{region}.{part}-{i}/log").read() for region in running.regions for part, i in running.each(region)]
            return all("the new password is used" in log for log in logs)

        until(300, used, "the new password everywhere")
        self.report("redis: new password in use", time.time() - began, 300)
        if "PONG" not in running.ask(old, 6379, "ping", password=new):
            raise Failure("the new password is refused")
        if running.primary(region_of(old)) != old:
            raise Failure("a new password moved the primary")
        client.kill()
        refused = [line for line in open(path).read().splitlines()[:-1] if not line.endswith("+OK")]
        if refused:
            raise Failure(f"writes failed meanwhile: {refused[:3]}")


def full_copies(running, node):
    """How many whole copies a node has given away."""
    return re.search(r"sync_full:(\d+)", running.ask(node, 6379, "info", "stats"))[1]


def restored(trials, running):
    """A snapshot beside the set, taken over by all regions, taken back, and deleted, by the emitted scripts. A client writes
    all the time; the sentinels promote nobody, and know no more nodes than before."""
    home, store = running.home, f"{running.name}-{running.home}"
    old = running.settled()
    running.ask(old, 6379, "set", "kept", "before")
    running.ask(old, 6379, "set", "wrong", "before")
    until(30, lambda: "before" in running.ask(running.nodes(home)[-1], 6379, "get", "wrong"), "the keys at the replicas")
    asked = full_copies(running, old)
    running.snapshot(home, "good.rdb")
    if full_copies(running, old) != asked:
        raise Failure("the backup asked the primary")
    running.ask(old, 6379, "set", "wrong", "after")
    running.ask(old, 6379, "del", "kept")
    copy, tree = f"{running.name}-copy-1", trials.tree
    open("mark", "w").write(store)
    began = time.time()
    running.operator(tree, "restore-from-backup.sh", "--datastore", store, "--into", copy, "--backup", "gs://bucket/good.rdb", "--apply", "--yes")
    trials.report("redis: a snapshot served beside the set, until a key was read", time.time() - began, 1200)

    for pod, where in ((f"{home}.copy-0", ["localhost"]), (f"{home}.sentinel-0", [])):
        if int(running.pod(pod, "/bin/sh", "/config/restore.sh", "count", *where, check=True)) < 1:
            raise Failure(f"{pod} counts no key")

    def everywhere(key, value):
        hosts = [node for region in running.regions for node in running.nodes(region)]
        until(60, lambda: all(running.ask(host, 6379, "get", key).strip() == value for host in hosts), f"{key}={value} at every node")

    def switch(way):
        path, client = running.writer(next(r for r in running.voting() if r != home))
        until(20, lambda: acknowledged(path, 0), "a first write")
        began = time.time()
        said = running.operator(tree, "switch-store.sh", "--datastore", store, way, copy, "--apply", "--yes")
        took = time.time() - began
        ended = time.time()
        until(30, lambda: acknowledged(path, ended), "a write after the switch")
        client.kill()
        if PASSWORD in said.stdout + said.stderr:
            raise Failure("a password is in the log")
        if running.settled() != old:
            raise Failure(f"{way} moved the primary")
        return took

    trials.report("redis: the set takes over a copy, until a write", switch("--to"), 900)
    everywhere("kept", "before")
    everywhere("wrong", "before")
    trials.report("redis: the set has again what it had, until a write", switch("--back-from"), 900)
    everywhere("wrong", "after")
    everywhere("kept", "")
    running.operator(tree, "switch-store.sh", "--datastore", store, "--delete", copy, "--apply", "--yes")
    # It is replaced as before once it is lost.
    trials.hole(running, home)
    trials.comes_to(running, home)


def lost(trials, running):
    """Each region has the primary once, and loses it in each way."""
    regions = [running.home, *(r for r in running.regions if r != running.home)]
    for region in regions:
        # The home is left for the successor, every other region for the home.
        successor = [r for r in regions if priority(running, r) == 75] if region == running.home else [running.home]
        trials.comes_to(running, region)
        trials.hole(running, region, successor)
        trials.comes_to(running, region)
        node = int(running.settled().split(".")[0].removeprefix("node-"))
        trials.killed(running, region, [("node", node)], "lose a pod")
        trials.comes_to(running, region)
        trials.killed(running, region, running.each(region), f"lose {running.home}")
    trials.comes_to(running, running.home)


def kept(trials, running):
    """What moves no primary."""
    trials.comes_to(running, running.home)
    regions = list(running.regions)
    for one, other in itertools.combinations(regions, 2):
        if world.kind() == world.LOOPBACK and not world.filters():
            print(f"redis: link of {one} and {other}: not cut here, {world.told()}")
            continue
        ways = running.link(one, other)
        trials.cut(running, f"link of {one} and {other} cut", lambda command, ways=ways: running.reach(command, *ways))
    for region in regions:
        if region != running.home:
            trials.cut(running, f"{region} cut off", lambda command, region=region: running.hole(region, command))
    trials.renewed(running)
    trials.replaced(running)


def priority(running, region):
    text = open(f"{running.work}/config/{region}/redis.conf").read()
    return int(re.search(r"replica-priority (\d+)", text)[1])


def main(tree, results, what):
    trials = Trials(os.path.abspath(tree), os.path.abspath(results))
    ways = {"lost": lost, "kept": kept, "restored": restored, "silent": lambda trials, running: trials.hole(running, running.home)}
    for _ in range(int(os.environ.get("SETS", "9")) if what == "silent" else 1):
        running = Set(trials.tree)
        try:
            ways[what](trials, running)
        except Failure as failure:
            print(f"redis: {failure}", file=sys.stderr)
            for path in glob("pods/*/log"):
                print(f"== {path}", *open(path).readlines()[-8:], sep="\n", file=sys.stderr)
            return 1
        finally:
            running.stop()
    return 1 if trials.over else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

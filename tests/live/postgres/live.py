#!/usr/bin/env python3
"""live.py TREE RESULTS [CASE...]: the PostgreSQL whose regions copy each other by pglogical, with the emitted SQL, scripts
and parameters: all cases, or those that are named.

One server a region, on loopback addresses, in the world that ../world.py finds; nothing outside is reached. RDS's roles are plain roles, and
kubectl and aws are stand-ins that act on these servers. Appends to RESULTS, a line each: name, measured seconds,
promised seconds. Exit 1 if something is not as the tree says. SERVERS names the unpacked packages; WORK keeps the runs.
"""
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

PASSWORD = "pa'ss w\\ord\"$x"
ADMINISTRATOR = {"PGUSER": "administrator", "PGPASSWORD": "adminpw", "PGSSLMODE": "require"}
# What RDS lets its `rds_superuser` set and call.
SETTINGS = "session_replication_role log_statement log_min_duration_statement log_min_error_statement log_error_verbosity".split()

ORIGINS = """DO $$ DECLARE f regprocedure; BEGIN
  FOR f IN SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE 'pg\\_replication\\_origin\\_%' LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO rds_superuser', f);
  END LOOP;
END $$"""


class Failure(Exception):
    """Something is not as the tree says."""


def until(limit, found, what):
    end = time.time() + limit
    while time.time() < end:
        value = found()
        if value:
            return value
        time.sleep(0.5)
    raise Failure(f"{what} did not come within {limit} s")


def parameters(module, logical):
    """The parameter groups of the emitted module, by resource: what the server is started with."""
    text = open(module).read()
    numbers = {f"var.logical.{name}": value for name, value in logical.items()}

    def value(expression):
        for name, number in numbers.items():
            expression = expression.replace(name, number)
        expression = expression.replace("local.workers", f"(2 * {logical['databases']} + 1)")
        found = re.fullmatch(r"tostring\(([0-9 +*()]+)\)", expression)
        return str(eval(found[1])) if found else expression.strip('"')

    shared = re.findall(r'^\s+"([a-z_.]+)"\s*= \{ value = (.*), method = ', text, re.M)
    groups = {}
    for resource, body in re.findall(r'^resource "aws_db_parameter_group" "(\w+)" \{\n(.*?)^\}', text, re.M | re.S):
        own = re.findall(r'name\s*= "([a-z_.]+)"\n\s+value\s*= (.*)', body)
        own = [(n, '"pg_stat_statements,pglogical"' if "pglogical" in v else v) for n, v in own]
        own += [(n, v) for n, v in shared if resource == "this" or not n.startswith("pglogical.")]
        lines = [f"{n} = '{value(v)}'" for n, v in own if not n.startswith("rds.")]
        groups[resource] = "\n".join([*lines, "wal_level = logical", ""])
    return groups


class Set:
    """The regions of one tree, each with its server."""

    def __init__(self, tree):
        self.tree = tree
        self.work = tempfile.mkdtemp(prefix="postgres-", dir=os.environ.get("WORK"))
        os.chmod(self.work, 0o755)
        os.chdir(self.work)
        self.regions, self.beats, self.said = {}, [], ""
        for path in sorted(glob(f"{tree}/kubernetes/*/postgres-*.yaml")):
            self.extract(path.split("/")[-2], path)
        self.store = re.search(r"postgres-(.*)\.yaml", path)[1]
        self.databases = self.environment(next(iter(self.regions)), "replication")["DATABASES"].split()
        with open("hosts", "w") as hosts:
            hosts.write("127.0.0.1 localhost\n")
            for number, (region, r) in enumerate(self.regions.items()):
                r["address"] = f"127.0.0.{21 + number}"
                hosts.write(f"{r['address']} {r['host']}\n")
            hosts.write("127.0.0.40 restored\n")
        os.makedirs("instances")
        with open("regions", "w") as regions:
            for region, r in self.regions.items():
                regions.write(f"{region} {r['host']}\n")
                open(f"instances/eden-{self.store}-{region}", "w").write(f"{region} {r['address']} this\n")
        self.groups()
        subprocess.run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout s.key -out s.crt "
                       "-subj /CN=pg -days 30".split(), check=True, stderr=subprocess.DEVNULL)
        open("administrator", "w").write("adminpw")
        self.tools()
        self.entered, self.names, self.world = [], {}, None
        if world.kind() == world.NAMESPACES:
            with open("world.log", "w") as log:
                self.world = subprocess.Popen([*world.alone(), "bash", f"{HERE}/world.sh"], stdout=log, stderr=log)
            until(30, lambda: os.path.exists("ready"), "the world")
            pid = open("world.pid").read().strip()
            self.entered = ["nsenter", "-t", pid, "-m", "-n", *(["-U"] if os.geteuid() else []), f"--wd={self.work}"]
        else:
            self.names = world.named(f"{self.work}/hosts")
        for region, r in self.regions.items():
            self.start(region, r["address"], "this")
            self.roles(r["host"])
            self.beat(region)

    def extract(self, region, path):
        documents = [d for d in yaml.safe_load_all(open(path)) if d]
        os.makedirs(f"config/{region}")
        for name, text in next(d for d in documents if d["kind"] == "ConfigMap")["data"].items():
            open(f"config/{region}/{name}", "w").write(text)
        for found in documents:
            if found["kind"] in ("CronJob", "Deployment"):
                spec = found["spec"].get("jobTemplate", found)["spec"]["template"]["spec"]
                name = found["metadata"]["name"].split("-", 1)[1]
                with open(f"config/{region}.{name}.env", "w") as file:
                    for each in spec["containers"][0]["env"]:
                        value = PASSWORD if "valueFrom" in each else each["value"].replace("/work/administrator", "administrator")
                        # Each database is copied by itself: three stand for all.
                        value = " ".join(value.split()[:3]) if each["name"] == "DATABASES" else value
                        file.write(f"{each['name']}={shlex.quote(value)}\n")
        self.regions[region] = {"host": self.environment(region, "replication")["PGHOST"]}

    def environment(self, region, part):
        lines = shlex.split(open(f"config/{region}.{part}.env").read())
        return dict(line.split("=", 1) for line in lines)

    def groups(self):
        main = "".join(open(p).read() for p in glob(f"{self.tree}/terraform/regions/*/main.tf")[:1])
        logical = dict(re.findall(r"(\w+)\s*= (\d+|\"\w+\")", re.search(r"logical\s*= \{(.*?)\}", main, re.S)[1]))
        os.makedirs("parameters")
        for resource, text in parameters(f"{HERE}/../../../templates/terraform/aws/rds-postgres/main.tf", logical).items():
            open(f"parameters/{resource}", "w").write(text)
        self.trusts()
        # A slot is given up after little.
        text = open("parameters/this").read()
        open("parameters/small", "w").write(re.sub(r"(max_slot_wal_keep_size = )'\d+'", r"\1'1'", text))

    def trusts(self):
        """Servers since November 2026 load output plugins only that are named."""
        binary = glob(f"{os.environ['SERVERS']}/usr/lib/postgresql/*/bin/postgres")[0]
        if b"output_plugin_libraries" in open(binary, "rb").read():
            for name in os.listdir("parameters"):
                open(f"parameters/{name}", "a").write("output_plugin_libraries = 'pgoutput,pglogical_output'\n")

    def tools(self):
        """kubectl, aws and the rest, for the emitted scripts."""
        os.makedirs("bin")
        os.makedirs("stand-ins")
        for name in "aws kubectl curl terraform dig date sleep".split():
            os.symlink(os.path.abspath(f"{HERE}/../scripts/tool"), f"stand-ins/{name}")
        for name in ("aws", "kubectl"):
            os.symlink(f"{HERE}/{name}", f"bin/{name}")

    def inside(self, *command, check=True, environment=None, **options):
        binaries = glob(f"{os.environ['SERVERS']}/usr/lib/postgresql/*/bin")[0]
        libraries = glob(f"{os.environ['SERVERS']}/usr/lib/*-linux-gnu")[0]
        env = {"PATH": f"{binaries}:{os.environ['PATH']}", "LD_LIBRARY_PATH": libraries, "SERVERS": os.environ["SERVERS"],
               "HOME": self.work, "LIVE_WORLD": world.kind(), **self.names, **(environment or {})}
        done = subprocess.run([*self.entered, *command], capture_output=True, text=True, timeout=300, env=env,
                              stdin=subprocess.DEVNULL, **options)
        self.said += done.stdout + done.stderr
        if check and done.returncode:
            raise Failure(f"{command}: {done.stdout}{done.stderr}")
        return done

    def start(self, name, address, group):
        self.inside("bash", f"{HERE}/server.sh", name, address, f"parameters/{group}")

    def halt(self, name):
        pid = int(open(f"{name}/postmaster.pid").readline())
        os.kill(pid, signal.SIGINT)
        until(30, lambda: not os.path.exists(f"/proc/{pid}"), f"the end of {name}")

    def roles(self, host):
        roles = "CREATE ROLE rds_superuser; CREATE ROLE rds_replication; CREATE ROLE replication LOGIN REPLICATION;"
        self.sql(host, "postgres", roles + "".join(f"GRANT SET ON PARAMETER {s} TO rds_superuser;" for s in SETTINGS))
        self.sql(host, "template1", ORIGINS)

    def sql(self, host, database, *texts, check=True):
        command = ["psql", "-h", host, "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", database]
        command += [word for text in texts for word in ("-c", text)]
        return self.inside(*command, environment=ADMINISTRATOR, check=check).stdout.strip()

    def at(self, region, database, *texts):
        return self.sql(self.regions[region]["host"], database, *texts)

    def script(self, region, name, *arguments, part="heartbeat", check=True, **environment):
        """Runs an emitted script with the environment of its pod."""
        env = {**self.environment(region, part), **environment}
        return self.inside("/bin/sh", f"config/{region}/{name}", *arguments, environment=env, check=check)

    def replicate(self, region, check=True):
        began = time.time()
        done = self.script(region, "replication.sh", part="replication", check=False)
        open(f"{region}.replication.log", "a").write(f"-- {time.time() - began:.1f} s\n{done.stdout}{done.stderr}")
        if check and done.returncode:
            raise Failure(f"replication.sh in {region}: {done.stdout}{done.stderr}")
        return done

    def round(self, check=True):
        """What the jobs of all regions do within five minutes."""
        return [self.replicate(region, check) for region in self.regions]

    def beat(self, region):
        binaries = glob(f"{os.environ['SERVERS']}/usr/lib/postgresql/*/bin")[0]
        libraries = glob(f"{os.environ['SERVERS']}/usr/lib/*-linux-gnu")[0]
        env = {"PATH": f"{binaries}:{os.environ['PATH']}", "LD_LIBRARY_PATH": libraries, **self.names, **self.environment(region, "heartbeat")}
        log = open(f"{region}.heartbeat.log", "a")
        self.beats.append(subprocess.Popen([*self.entered, "/bin/sh", f"config/{region}/heartbeat.sh"], env=env, stdout=log, stderr=log,
                                           start_new_session=True))

    def metric(self, region, database, name):
        """A metric of the emitted exporter's settings: key and value of each series."""
        metrics = yaml.safe_load(open(f"config/{region}/sql_exporter.yml"))["collectors"][0]["metrics"]
        query = next(m["query"] for m in metrics if m["metric_name"] == name)
        env = {"PGUSER": "replication", "PGPASSWORD": PASSWORD, "PGSSLMODE": "require"}
        command = ["psql", "-h", self.regions[region]["host"], "-X", "-A", "-t", "-q", "-d", database, "-c", query]
        rows = self.inside(*command, environment=env).stdout.strip().splitlines()
        return {key: float(value) for key, value in (row.split("|") for row in rows)}

    def operator(self, *arguments, check=True, **environment):
        """An emitted script of operators, with stand-ins that act on these servers."""
        path = f"{self.work}/bin:{self.work}/stand-ins:{os.environ['PATH']}"
        env = {"PATH": path, "CALLS": f"{self.work}/calls", "TREE": self.tree, "EVIDENCE_DIR": self.work, "USER": "alice", "HERE": HERE,
               "REAL_DATE": shutil.which("date"), "REAL_PATH": os.environ["PATH"], "SERVERS": os.environ["SERVERS"], "STORE": self.store, **environment}
        binaries = glob(f"{os.environ['SERVERS']}/usr/lib/postgresql/*/bin")[0]
        env["PATH"] += f":{binaries}"
        for path in ("calls", "calls.state"):
            subprocess.run(["rm", "-rf", path], check=True)
        return self.inside("bash", f"{self.tree}/scripts/{arguments[0]}", *arguments[1:], environment=env, check=check)

    def stop(self):
        for beat in self.beats:
            os.killpg(beat.pid, signal.SIGKILL)
        for path in glob("*/postmaster.pid"):
            try:
                os.kill(int(open(path).readline()), signal.SIGQUIT)
            except ProcessLookupError:
                pass
        if self.world:
            self.world.kill()
            self.world.wait()
        os.chdir("/")
        if "WORK" not in os.environ:
            time.sleep(1)
            shutil.rmtree(self.work, ignore_errors=True)


class Trials:
    def __init__(self, tree, results):
        self.tree, self.results, self.over = tree, results, 0
        self.rpo = 300

    def report(self, name, measured, limit):
        self.over += measured > limit
        with open(self.results, "a") as file:
            file.write(f"postgres: {name}\t{measured:.1f}\t{limit:.0f}\n")
        print(f"{name}: {measured:.1f} s, promised {limit:.0f} s", flush=True)

    def begun(self):
        s = Set(self.tree)
        self.set = s
        s.east, s.west = list(s.regions)[:2]
        return s


def rows(s, region, table="t", database=None):
    return s.at(region, database or s.databases[0], f"SELECT string_agg({table}::text, ' ' ORDER BY {table}::text) FROM {table}")


def same(s, table="t", database=None, limit=60):
    """Waits until both regions have the same rows; seconds that took."""
    began = time.time()
    until(limit, lambda: rows(s, s.east, table, database) == rows(s, s.west, table, database), f"the same rows of {table} everywhere")
    return time.time() - began


def expect(found, what):
    if not found:
        raise Failure(what)


def table(s, name, *regions, database=None, more=""):
    for region in regions or s.regions:
        s.at(region, database or s.databases[0], f"CREATE TABLE {name} (id serial PRIMARY KEY, v text{more})")


def settled(s):
    """A set whose regions follow each other."""
    for _ in range(3):
        s.round(check=False)
    s.round()


def first_copy(t):
    """Regions that have rows before they copy each other, and numbers that were given out."""
    s = t.begun()
    one, two, three = s.databases[:3]
    for region in s.regions:
        for database in s.databases:
            s.at(region, "postgres", f"CREATE DATABASE {database}")
    table(s, "t", database=one)
    s.at(s.east, one, "INSERT INTO t (v) SELECT 'e' FROM generate_series(1, 100)")
    table(s, "t", database=two)
    for region in s.regions:
        s.at(region, two, f"INSERT INTO t (v) VALUES ('{region}')")
    table(s, "t", database=three)
    for region in s.regions:
        s.at(region, three, "INSERT INTO t (v) VALUES ('same')")
    for _ in range(4):
        last = s.round(check=False)
    t.report("first copy of existing rows", same(s, database=one), 60)
    expect(rows(s, s.west, database=one).count("e") == 100, "rows that only one region had were not copied")
    said = "".join(r.stdout + r.stderr for r in last)
    expect(all(r.returncode for r in last) and "rows in several regions" in said, f"different rows are not refused: {said}")
    expect(s.metric(s.east, two, "pglogical_table_unreplicated")["t"] == 1, "what is refused is in no metric")
    expect(s.metric(s.east, three, "pglogical_table_unreplicated")["t"] == 0, "the same rows are not accepted")
    s.at(s.west, two, "DELETE FROM t")
    s.round(check=False)
    s.round()
    same(s, database=two)
    # Numbers from both sides at once.
    for region in s.regions:
        s.at(region, one, f"INSERT INTO t (v) SELECT '{region}' FROM generate_series(1, 50)")
    same(s, database=one)
    expect(s.at(s.west, one, "SELECT count(*) || ' ' || count(DISTINCT id) FROM t") == "200 200", "a number was given out twice")


def born_late(t):
    """A table, and a column, that one region has before the other."""
    s = t.begun()
    settled(s)
    one = s.databases[0]
    table(s, "t", s.east)
    s.at(s.east, one, "INSERT INTO t (v) VALUES ('e1'), ('e2')")
    said = "".join(r.stdout + r.stderr for r in s.round())
    expect(f"t is only in {s.east}" in said, f"nobody says that a table is in one region only: {said}")
    expect(s.metric(s.east, one, "pglogical_table_unreplicated")["t"] == 1, "a table that is not replicated is in no metric")
    table(s, "t", s.west)
    # Before anything replicates it: from its birth on a sequence gives out its region's numbers only.
    s.at(s.west, one, "SELECT nextval('t_id_seq')")
    odd = {r: int(s.at(r, one, "SELECT nextval('t_id_seq')")) % 2 for r in s.regions}
    expect(len(set(odd.values())) == 2, f"both regions give out the same numbers: {odd}")
    began = time.time()
    s.round()
    same(s)
    t.report("a table is copied once every region has it", time.time() - began, 60)
    expect("e1" in rows(s, s.west), "rows from before are missing")
    s.at(s.east, one, "ALTER TABLE t ADD COLUMN more text")
    s.at(s.east, one, "INSERT INTO t (v, more) VALUES ('e3', 'm')")
    time.sleep(8)
    expect("e3" not in rows(s, s.west), "a row came without its column")
    said = "".join(r.stdout + r.stderr for r in s.round(check=False))
    expect("t has not the same columns" in said, f"nobody says that columns differ: {said}")
    began = time.time()
    s.at(s.west, one, "ALTER TABLE t ADD COLUMN more text")
    s.round()
    same(s)
    t.report("changes come once every region has the column", time.time() - began, 60)
    expect("m" in rows(s, s.west), "the column is empty")


def conflicts(t):
    """The same row written in both regions while they do not hear each other; and users switched to and fro."""
    s = t.begun()
    settled(s)
    one = s.databases[0]
    table(s, "t")
    s.round()
    s.at(s.east, one, "INSERT INTO t (v) VALUES ('first')")
    same(s)
    for region in s.regions:
        s.script(region, "stop-following.sh")
    for region in s.regions:
        s.at(region, one, f"UPDATE t SET v = '{region}'")
        s.at(region, one, f"INSERT INTO t (v) VALUES ('by {region}')")
        time.sleep(1)
    said = "".join(r.stdout + r.stderr for r in s.round(check=False))
    expect("follow.sh" in said, f"nobody says that subscriptions are disabled: {said}")
    for region in s.regions:
        s.script(region, "follow.sh")
    same(s)
    last = list(s.regions)[-1]
    expect(s.at(s.east, one, "SELECT v FROM t WHERE v NOT LIKE 'by %'") == last, "not the last write stays")
    # The emitted fail over and the way back: what was written meanwhile is everywhere.
    lag = re.findall(r" ([0-9]+) s$", s.script(s.west, "lag.sh").stdout, re.M)
    expect(len(lag) == len(s.databases), "the lag is not shown for each database")
    t.report("lag at rest, with beats of 5 s", max(map(float, lag)), 45)
    for away, to in ((s.east, s.west), (s.west, s.east)):
        began = time.time()
        s.operator("failover-region.sh", "--from", away, "--to", to, "--apply", "--yes")
        s.at(to, one, f"INSERT INTO t (v) VALUES ('while {away} was away')")
        s.operator("promote-region.sh", "--region", away, "--apply", "--yes")
        same(s)
        t.report(f"fail over from {away} and back, the store's part", time.time() - began, 300)


def lost_slot(t):
    """A region is away for so long that its slot is given up."""
    s = t.begun()
    settled(s)
    one = s.databases[0]
    table(s, "t")
    s.round()
    s.at(s.west, one, "INSERT INTO t (v) VALUES ('w')")
    same(s)
    for region in s.regions:
        s.halt(region)
    s.start(s.east, s.regions[s.east]["address"], "small")
    s.at(s.east, one, "INSERT INTO t (v) SELECT repeat('x', 500) FROM generate_series(1, 100000)")
    for _ in range(3):
        s.at(s.east, "postgres", "SELECT pg_switch_wal()")
        s.at(s.east, "postgres", "CHECKPOINT")
    expect(s.at(s.east, "postgres", "SELECT count(*) FROM pg_replication_slots WHERE wal_status = 'lost'") != "0", "no slot was lost")
    s.start(s.west, s.regions[s.west]["address"], "this")
    time.sleep(6)
    done = s.replicate(s.west, check=False)
    expect(done.returncode and "copy-anew.sh" in done.stderr, f"a lost slot is no failure: {done.stderr}")
    expect(0 in s.metric(s.west, one, "pglogical_subscription_replicating").values(), "a lost slot is in no metric")
    fresh = f"SELECT count(*) FROM replication_heartbeat WHERE region = '{s.west}' AND beat > clock_timestamp() - interval '30 s'"
    until(90, lambda: s.at(s.east, one, fresh) == "1", "the beat of the region that is back")
    began = time.time()
    s.script(s.west, "copy-anew.sh", s.east)
    same(s, limit=120)
    t.report("a lost slot is copied anew, 100000 rows", time.time() - began, 120)
    expect(s.at(s.east, one, "SELECT count(*) FROM t") == "100001", "the source lost rows")
    for region in s.regions:
        s.at(region, one, f"INSERT INTO t (v) VALUES ('after, {region}')")
    same(s)
    settled(s)
    expect(set(s.metric(s.west, one, "pglogical_subscription_replicating").values()) == {1}, "a subscription is still down")


def restored(t):
    """A copy beside the original takes nothing from it; it comes into service, goes, and comes for good."""
    s = t.begun()
    settled(s)
    one, source = s.databases[0], f"eden-{s.store}-{s.west}"
    table(s, "t")
    s.round()
    s.at(s.west, one, "INSERT INTO t (v) VALUES ('before')")
    same(s)
    s.halt(s.west)
    subprocess.run(["cp", "-a", s.west, "snapshot"], check=True)
    s.start(s.west, s.regions[s.west]["address"], "this")
    s.at(s.east, one, "INSERT INTO t (v) VALUES ('wrong')")
    same(s, limit=90)
    began = time.time()
    s.operator("restore-from-backup.sh", "--datastore", source, "--into", "copy-1", "--at", "2026-11-28T05:00:00Z", "--apply", "--yes")
    t.report("a copy is restored and read, without what a cloud takes", time.time() - began, 900)
    # The original is away for longer than a copy needs to take its place.
    s.halt(s.west)
    time.sleep(12)
    s.start(s.west, s.regions[s.west]["address"], "this")
    s.at(s.east, one, "INSERT INTO t (v) VALUES ('after')")
    same(s, limit=90)
    count = "SELECT count(*) FROM t WHERE v IN ('after', 'wrong')"
    expect(s.sql("restored", one, count) == "0", "the copy took rows that the original's peer sent")
    expect(s.at(s.west, one, count) == "2", "the original misses rows")

    def switch(way, copy, check=True, **environment):
        return s.operator("switch-store.sh", "--datastore", source, way, copy, "--apply", "--yes", check=check, **environment)

    stopped = switch("--to", "copy-1", check=False, FAIL_REBOOT="yes")
    expect(stopped.returncode == 75 and "Done" not in stopped.stderr, f"a switch that failed is called done: {stopped.stderr[-800:]}")
    s.at(s.east, one, "INSERT INTO t (v) VALUES ('while the copy had the name')")
    began = time.time()
    switch("--back-from", "copy-1")
    same(s, limit=90)
    t.report("back from a copy to the original", time.time() - began, 900)
    expect(s.at(s.west, one, count) == "2", "the original lost rows on the way")
    began = time.time()
    switch("--to", "copy-1")
    t.report("a copy comes into service and into both regions", time.time() - began, 900)
    same(s)
    for region in s.regions:
        expect(s.at(region, one, "SELECT string_agg(v, ' ') FROM t") == "before", f"{region} has not what was restored")
    for region in s.regions:
        s.at(region, one, f"INSERT INTO t (v) VALUES ('new, {region}')")
    same(s)
    expect(s.at(s.east, one, "SELECT count(*) || ' ' || count(DISTINCT id) FROM t") == "3 3", "a number was given out twice")
    settled(s)
    s.operator("restore-from-backup.sh", "--datastore", f"eden-{s.store}-{s.west}", "--into", "copy-2", "--backup", "b1", "--apply", "--yes")
    switch("--delete", "copy-2")
    expect(not os.path.exists("instances/copy-2"), "the copy is still there")
    refused = switch("--delete", source, check=False)
    expect(refused.returncode == 65 and os.path.exists(f"instances/{source}"), "the original can be deleted as a copy")


def silent(t):
    """No password in what is printed or logged, when things go wrong either."""
    s = t.begun()
    s.at(s.west, "postgres", "SET log_statement = 'none'", "ALTER ROLE replication PASSWORD $$" + PASSWORD + "$$")
    for database in s.databases:
        s.at(s.west, "postgres", f"CREATE DATABASE {database}")
    s.said = ""
    s.replicate(s.east, check=False)
    s.replicate(s.west, check=False)
    s.at(s.west, "postgres", "ALTER ROLE replication NOREPLICATION")
    s.replicate(s.east, check=False)
    s.script(s.east, "copy-anew.sh", s.west, check=False, ACCEPT_LOSS="true")
    texts = {"scripts": s.said, **{f"the server of {r}": open(f"{r}.log").read() for r in s.regions}}
    for where, text in texts.items():
        found = [line for line in text.splitlines() if "pa'" in line or "pa\\'" in line or "word\"$x" in line]
        expect(not found, f"the password is in the log of {where}: {found[:2]}")


CASES = {"first-copy": first_copy, "born-late": born_late, "conflicts": conflicts, "lost-slot": lost_slot, "restored": restored, "silent": silent}


def main(tree, results, *names):
    with tempfile.TemporaryDirectory() as servers:
        # PostgreSQL refuses to be root. Without namespaces it is another user, who may not read what root has.
        if world.kind() == world.LOOPBACK and os.geteuid() == 0:
            os.chmod(servers, 0o755)
            subprocess.run(["cp", "-r", os.environ["SERVERS"], f"{servers}/unpacked"], check=True)
            os.environ["SERVERS"] = f"{servers}/unpacked"
        return tried(tree, results, names)


def tried(tree, results, names):
    trials = Trials(os.path.abspath(tree), os.path.abspath(results))
    failed = []
    for name in names or CASES:
        began = time.time()
        trials.set = None
        try:
            CASES[name](trials)
            print(f"ok {name} ({time.time() - began:.0f} s)", flush=True)
        except (Failure, subprocess.TimeoutExpired) as failure:
            failed.append(name)
            print(f"FAIL {name}: {failure}", flush=True)
        finally:
            if trials.set:
                trials.set.stop()
    return 1 if failed or trials.over else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

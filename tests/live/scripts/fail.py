#!/usr/bin/env python3
"""fail.py [--sample] TREE...: every emitted script of golden trees, with stand-ins for the tools, each call failing in turn.

None may end with 0, call itself done or a drill passed, unless the step is said to be optional. A failed fence is not
followed by a promotion, the lock is free or named, and a drill leaves its record. Then full disks, missing tools, locks
of others, wrong accounts and copies that are behind. With --sample only every seventh call fails.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS = "gcloud gke-gcloud-auth-plugin aws kubectl curl terraform bq helm dig date sleep".split()
BASICS = "awk bash env sh tr sort dirname basename tee mktemp rm cat sed jq timeout head tail cp cut grep wc mkdir xargs base64".split()
FENCES = ("--capacity-scaler=0", "remove-backend", "put-metric-data")
# Records, metrics, marks of fences that are undone, and messages that come again.
OPTIONAL = re.compile(r"/records/|/metrics/job/|/locks/(fenced|switched)-| ack ")
# Asked so that nothing is made twice: where the answer is wrong, making it is refused.
ASKED = re.compile(r" get job \S+-before$")
# What a script refuses because the topology has no such thing, in its last words, with its status. Nothing else is
# excused: a script that is refused for another reason is never tried.
REFUSED = {
    "take-region-out.sh": (65, re.compile(r"(\S+ does not leave: write `leaving|nobody may be sent to \S+ before|\S+ has no root to empty: )")),
    "switch-store.sh": (65, re.compile(r"a copy of '\S+' comes into service by no command")),
    "cost-report.sh": (75, re.compile(r"the bill of \d+ is not exported: add ")),
}
AT, BACKUP = ["--at", "2026-11-21T05:00:00Z"], ["--backup", "b1"]
PROMOTIONS = ("promote.sh", "failover-global", "promote-read-replica", "stop-following.sh")


class Run:
    """One run of a script in a copy of a tree, in a folder of its own."""

    def __init__(self, tree, arguments, without=(), folder=None, lock=None, **environment):
        with tempfile.TemporaryDirectory() as work:
            copy, tools = f"{work}/tree", f"{work}/bin"
            shutil.copytree(f"{tree}/scripts", f"{copy}/scripts")
            os.makedirs(f"{copy}/terraform")
            for root, _, _ in os.walk(f"{tree}/terraform"):
                os.makedirs(copy + root.removeprefix(tree), exist_ok=True)
            for script in os.listdir(f"{copy}/scripts"):
                os.chmod(f"{copy}/scripts/{script}", 0o755)
            os.makedirs(tools)
            for tool in TOOLS:
                os.symlink(f"{HERE}/tool", f"{tools}/{tool}")
            for tool in BASICS:
                if tool not in without:
                    os.symlink(shutil.which(tool), f"{tools}/{tool}")
            open(f"{work}/x.tfvars", "w").close()
            os.makedirs(f"{work}/calls.state")
            if "--back-from" in arguments:
                open(f"{work}/calls.state/exported", "w").close()
            if "--datastore" in arguments:
                open(f"{work}/calls.state/copy-of", "w").write(arguments[arguments.index("--datastore") + 1] + "\n")
            if lock:
                open(f"{work}/calls.state/lock", "w").write(lock + "\n")
            environment = {"PATH": tools, "HOME": work, "USER": "alice", "EVIDENCE_DIR": folder or work, "CALLS": f"{work}/calls", "TREE": copy,
                           "REAL_DATE": shutil.which("date"), "PROMETHEUS_URL": "http://prometheus.example.com", **environment}
            if folder:
                environment["TMPDIR"] = folder
            done = subprocess.run([f"{tools}/bash", f"{copy}/scripts/{arguments[0]}", *arguments[1:]], cwd=work, env=environment,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
            self.code, self.said = done.returncode, done.stdout + done.stderr
            self.calls = open(f"{work}/calls").read().splitlines() if os.path.exists(f"{work}/calls") else []
            self.locked = os.path.exists(f"{work}/calls.state/lock")
            failing = f"{work}/calls.state/failing"
            self.failing = open(failing).read().strip().replace("\n", " ") if os.path.exists(failing) else ""


def text_of(tree, script):
    path = f"{tree}/scripts/{script}"
    return open(path).read() if os.path.exists(path) else ""


def copy_of(tree, store):
    """A name that a copy of a store may have."""
    begins = re.search(rf"^  {re.escape(store)}\) \[\[ \$\{{COPY\}} == (\S+)\* ", text_of(tree, "switch-store.sh"), re.M)
    return (begins[1] if begins else "") + "copy"


def sources_of(tree):
    """What each store that a script restores comes back from."""
    told = re.findall(r"^  (\S+)\) (?::|\[\[ -n \$\{(BACKUP|SNAPSHOT_TIME)\}) ", text_of(tree, "restore-from-backup.sh"), re.M)
    return {store: {"": [AT, BACKUP], "BACKUP": [BACKUP], "SNAPSHOT_TIME": [AT]}[only] for store, only in told}


def cases(tree):
    """All scripts of a tree with arguments that make each do all it can."""
    regions = re.search(r"REGIONS=\(\s*(.*?)\s*\)", text_of(tree, "lib.sh"))[1].split()
    apply = ["--apply", "--yes"]
    one = regions[-1]
    other = next((r for r in regions if r != one), None)
    deploy = ["deploy-all-regions.sh", "--var-file", "x.tfvars", *apply]
    yield deploy
    yield [*deploy, "--bootstrap"]
    yield [*deploy, "--region", one]
    yield ["cost-report.sh"]
    yield ["failover-region.sh", "--status"]
    yield ["restore-from-backup.sh", "--list"]
    for stage in ("traffic", "data", "root", "global") if text_of(tree, "take-region-out.sh") else ():
        yield ["take-region-out.sh", "--region", one, "--stage", stage, "--var-file", "x.tfvars", *apply]
    if other:
        steps = re.search(r'^  (\S+(?: \| \S+)*)\) "\$\{ONLY\}"', text_of(tree, "failover-region.sh"), re.M)
        for step in steps[1].split(" | "):
            yield ["failover-region.sh", "--from", one, "--to", other, "--step", step, *apply]
        for way in ((one, other), (other, one)):
            yield ["failover-region.sh", "--from", way[0], "--to", way[1], *apply]
            yield ["promote-region.sh", "--region", way[0], *apply]
            if "--accept-data-loss-seconds" in text_of(tree, "failover-region.sh"):
                yield ["failover-region.sh", "--from", way[0], "--to", way[1], "--accept-data-loss-seconds", "3600", *apply]
            yield ["dr-test.sh", "--test-type", "region-failure", "--primary", way[0], "--secondary", way[1], *apply]
        if text_of(tree, "shift-traffic.sh"):
            yield ["shift-traffic.sh", "--from", one, "--to", other, *apply]
    for store, sources in sources_of(tree).items():
        for source in sources:
            yield ["restore-from-backup.sh", "--datastore", store, "--into", copy_of(tree, store), *source, *apply]
        drilled = [] if AT in sources else BACKUP
        yield ["dr-test.sh", "--test-type", "restore", "--datastore", store, *drilled, *apply]
    for store in sorted(set(re.findall(r"^  (\S+)\) (?::|\[\[).* ;;", text_of(tree, "switch-store.sh"), re.M))):
        for way in ("--to", "--back-from", "--delete"):
            yield ["switch-store.sh", "--datastore", store, way, copy_of(tree, store), *apply]
    for queue in sorted(set(re.findall(r"^    (\S+)\) .*subscriptions pull", text_of(tree, "replay-dead-letters.sh"), re.M))):
        yield ["replay-dead-letters.sh", "--queue", queue, *apply]
        yield ["dr-test.sh", "--test-type", "dead-letters", "--queue", queue, *apply]
    for flag in re.findall(r"^  (\S+)\) SETTING", text_of(tree, "set-flag.sh"), re.M):
        yield ["set-flag.sh", "--flag", flag, "--value", "false", *apply]
        yield ["dr-test.sh", "--test-type", "rollback", "--flag", flag, *apply]
    for host, region in re.findall(r"^  (\S+)/(\S+)\)", text_of(tree, "switch-dns.sh"), re.M):
        file = ["--var-file", "x.tfvars"] if region == "failover" else []
        yield ["switch-dns.sh", "--host", host, "--to", region, *file, *apply]


def judge(arguments, run):
    """What is wrong with a run in which a call failed; nothing if all is right."""
    if not run.failing or "optional step failed" in run.said and OPTIONAL.search(run.failing):
        return None
    if ASKED.search(run.failing):
        return None
    # Nobody holds a lock that nobody can read.
    if "--status" in arguments and "locks/failover" in run.failing:
        return None
    # Who accepts a loss goes on where nobody knows how large it is.
    if "--accept-data-loss-seconds" in arguments and "the lag is unknown" in run.said:
        return None
    if run.code == 0:
        return "ends with 0"
    if "== Done" in run.said or '"result":"passed"' in run.said:
        # A drill calls scripts that are done before it fails.
        if arguments[0] != "dr-test.sh" or '"result":"passed"' in run.said:
            return "calls itself done"
    # A drill that has failed brings the first region back, which is none.
    taking_over = arguments[arguments.index("--secondary") + 1] if "--secondary" in arguments else ""
    promoted = any(p in call and taking_over in call for call in run.calls for p in PROMOTIONS)
    # On the way back the same call takes the fence down, once the region writes again.
    if any(f in run.failing for f in FENCES) and promoted and arguments[0] != "promote-region.sh":
        return "promotes without a fence"
    if run.locked and "--unlock" not in run.said:
        return "leaves its lock"
    if arguments[0] == "dr-test.sh" and '"result":"failed"' not in run.said:
        return "leaves no record of the failure"
    return None


def failures(tree, arguments, step):
    # A step behind the fence finds it up.
    fenced = {"FENCED": "1"} if "--step" in arguments and "fence" not in arguments else {}
    whole = Run(tree, arguments, **fenced)
    if whole.code:
        code, words = REFUSED.get(arguments[0], (None, None))
        refused = whole.code == code and words.search(whole.said)
        return (0, [] if refused else [f"{' '.join(arguments)}: ends with {whole.code} although nothing fails\n{whole.said}"])
    found, seen, tried = [], set(), 0
    for at, call in enumerate(whole.calls, 1):
        if call in seen or at % step:
            continue
        seen.add(call)
        tried += 1
        run = Run(tree, arguments, FAIL_AT=str(at), **fenced)
        wrong = judge(arguments, run)
        if wrong:
            found.append(f"{' '.join(arguments)}: {wrong} when this fails: {run.failing[:160]}\n{run.said[-1500:]}")
    return tried, found


def expect(found, what, run, code, *said):
    missing = [s for s in said if s not in run.said]
    if run.code != code or missing:
        found.append(f"{what}: ends with {run.code} instead of {code}, without {missing}\n{run.said[-1500:]}")


def sources(tree, found):
    """A restore, or a drill of one, from what a store does not come back from is refused before anything is asked."""
    for store, known in sources_of(tree).items():
        for source in (AT, BACKUP):
            if source not in known:
                refused = Run(tree, ["restore-from-backup.sh", "--datastore", store, "--into", copy_of(tree, store), *source, "--apply", "--yes"])
                expect(found, f"{store} {source[0]}", refused, 65, "comes back")
                found += [f"{store} {source[0]}: asks {refused.calls[0]}"] if refused.calls else []
        if AT not in known:
            refused = Run(tree, ["dr-test.sh", "--test-type", "restore", "--datastore", store, "--apply", "--yes"])
            expect(found, f"a drill of {store} without a backup", refused, 65, "name one with --backup")
            found += [f"a drill of {store} without a backup leaves a record"] if '"result"' in refused.said else []


def surroundings(tree):
    """Disks, tools, locks, accounts and lags."""
    found = []
    sources(tree, found)
    regions = re.search(r"REGIONS=\(\s*(.*?)\s*\)", text_of(tree, "lib.sh"))[1].split()
    leave = ["failover-region.sh", "--from", regions[-1], "--to", regions[0], "--apply", "--yes"]
    full = Run(tree, leave, folder="/nonexistent")
    expect(found, "no folder can be written", full, 0, "== Done")
    expect(found, "no timeout (macOS)", Run(tree, leave, without=["timeout"]), 69, "timeout is not installed", "macOS")
    expect(found, "status without timeout", Run(tree, ["failover-region.sh", "--status"], without=["timeout"]), 69)
    if "holders() { return 1; }" not in text_of(tree, "lib.sh"):
        expect(found, "the lock of another", Run(tree, leave, lock="bob pid 7"), 75, "held by bob pid 7", "--unlock")
        expect(found, "status shows the lock", Run(tree, ["failover-region.sh", "--status"], lock="bob pid 7"), 0, "held by bob pid 7")
        freed = Run(tree, ["failover-region.sh", "--unlock", "--apply", "--yes"], lock="bob pid 7")
        expect(found, "a lock is taken away", freed, 0)
        if freed.locked:
            found.append("--unlock leaves the lock")
    if "lag.sh" in text_of(tree, "failover-region.sh"):
        behind = Run(tree, leave, LAG="86400")
        expect(found, "copies are a day behind", behind, 75, "is 86400 s behind")
        if any(p in call for call in behind.calls for p in PROMOTIONS):
            found.append("promotes copies that are a day behind")
        expect(found, "a loss is accepted", Run(tree, [*leave, "--accept-data-loss-seconds", "86400"], LAG="86400"), 0)
        expect(found, "less is accepted than is lost", Run(tree, [*leave, "--accept-data-loss-seconds", "60"], LAG="86400"), 75)
        expect(found, "a loss that is no number", Run(tree, [*leave, "--accept-data-loss-seconds", "abc"]), 64)
        expect(found, "the lag is no number", Run(tree, leave, LAG=""), 75, "the lag is unknown")
        back = ["promote-region.sh", "--region", regions[-1], "--apply", "--yes"]
        expect(found, "a return with copies a day behind", Run(tree, back, LAG="86400"), 75, "replication lag is 86400 s")
    expect(found, "credentials of another account or project", Run(tree, leave, FAIL_AT="1"), 75, "nothing was changed")
    return found


def main(arguments):
    step = 7 if "--sample" in arguments else 1
    trees = [os.path.abspath(a) for a in arguments if a != "--sample"]
    total, found = 0, []
    with ThreadPoolExecutor(os.cpu_count() + 1) as pool:
        work = [pool.submit(failures, tree, case, step) for tree in trees for case in cases(tree)]
        others = [pool.submit(surroundings, tree) for tree in trees]
        for each in work:
            tried, wrong = each.result()
            total += tried
            found += wrong
        for each in others:
            found += each.result()
    for wrong in found:
        print(wrong)
    print(f"{total} failing calls, {len(found)} wrong")
    if os.environ.get("RESULTS"):
        with open(os.environ["RESULTS"], "a") as file:
            file.write(f"scripts: wrong ends of scripts, in {total} runs with a call that fails, of {len(trees)} trees\t{len(found)}\t0\t \n")
    return 1 if found or not total else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/env python3
"""Applies a tree's AWS roots against moto, a server that answers like AWS, and reads the
result back.

    apply.py TREE SPEC PROVIDERS

TREE is a golden tree, SPEC what it was made from, PROVIDERS a mirror that holds the real
provider. The server is a thread of this process, and nothing outlives it.

`overrides/` leaves out what moto lacks and ignores what it forgets: one file a module, laid over
a copy of it, each saying why. `fixtures/` calls modules that the tree does not. After that a
second plan must be empty, and what the server holds is compared with SPEC.
"""

import json
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE.parents[2] / "templates" / "terraform" / "aws"

# The provider sleeps most of the time.
WAITING = "-parallelism=40"

OVERRIDE = """\
terraform {
  backend "local" {}
}
"""

# One try more, and not 25: an action that moto lacks answers 500.
PROVIDER = """
provider "aws" {
  alias                       = "%s"
  access_key                  = "none"
  secret_key                  = "none"
  max_retries                 = 2
  skip_credentials_validation = true
  skip_metadata_api_check     = "true"
  s3_use_path_style           = true
}
"""


# A failure ends all commands, and the first one is told.
RUNNING: set[subprocess.Popen] = set()
FAILURES: list[str] = []
BEGUN = time.monotonic()


class Failed(Exception):
    """A command ended badly; its output is the message."""


def main(tree: Path, spec: Path, providers: Path) -> None:
    with tempfile.TemporaryDirectory() as work:
        endpoint = serve()
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            os.environ.pop(name, None)
        config = Path(work) / "terraformrc"
        config.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{providers}"\n  }}\n}}\n')
        # One address for all services: none can be forgotten.
        os.environ |= {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "none",
            "AWS_SECRET_ACCESS_KEY": "none",
            "CHECKPOINT_DISABLE": "1",
            "TF_CLI_CONFIG_FILE": str(config),
            "TF_IN_AUTOMATION": "1",
            # Nothing here reaches ip-ranges.amazonaws.com.
            "TF_VAR_health_checker_cidrs": '["15.177.0.0/18"]',
        }
        roots = deploy(Path(work), tree)
        again(roots)
        subprocess.run([sys.executable, HERE / "read_back.py", spec], check=True)


def serve() -> str:
    """Starts the server; its address."""
    # Managed policies are looked up by name: one that AWS does not have is an error.
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    sys.path.insert(0, str(HERE))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    import mends
    from moto.server import ThreadedMotoServer

    mends.apply()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    return "http://%s:%d" % server.get_host_and_port()


def deploy(work: Path, tree: Path) -> list[Path]:
    """Applies everything in the order that the deployment has; the roots."""
    terraform = copy(tree / "terraform", work / "tree")
    fixtures = copy(HERE / "fixtures", work / "fixtures")
    shutil.copytree(TEMPLATES, work / "fixtures" / "modules")
    for modules in (terraform / "modules", fixtures / "modules"):
        lay_over(modules)
    regions = sorted(p for p in (terraform / "regions").iterdir())
    first, links = terraform / "global", terraform / "links"
    roots = [first, *regions, links, fixtures]
    for root in roots:
        override(root)
    with ThreadPoolExecutor() as pool:
        everything = [pool.submit(apply, fixtures)]
        init(first)
        # Regions need no more of the global root than its zones; the rest can wait.
        run(first, "apply", "-auto-approve", *zones(first))
        tell(first, regions + [links])
        everything.append(pool.submit(apply, first, False))
        for region, done in [(r, pool.submit(apply, r)) for r in regions]:
            done.result()
            tell(region, [links])
        everything.append(pool.submit(apply, links))
        for done in everything:
            done.result()
    return roots


def copy(origin: Path, target: Path) -> Path:
    shutil.copytree(origin, target)
    return target


def lay_over(modules: Path) -> None:
    for lack in sorted((HERE / "overrides").glob("*.tf")):
        module = modules / lack.stem
        if module.is_dir():
            shutil.copy(lack, module / "moto_override.tf")


def override(root: Path) -> None:
    aliases = re.findall(r'^ +alias += "(\w+)"', (root / "provider.tf").read_text(), re.M)
    (root / "moto_override.tf").write_text(OVERRIDE + "".join(PROVIDER % a for a in aliases))


def zones(root: Path) -> list[str]:
    calls = re.findall(r'^module "(dns_\w+)"', (root / "main.tf").read_text(), re.M)
    return [f"-target=module.{call}.aws_route53_zone.this" for call in calls]


def tell(root: Path, others: list[Path]) -> None:
    """Gives a root's ids to others, as the deployment does."""
    ids = {name: out["value"] for name, out in json.loads(run(root, "output", "-json")).items()}
    for other in others:
        declared = re.findall(r'^variable "(\w+)"', (other / "variables.tf").read_text(), re.M)
        known = {name: value for name, value in ids.items() if name in declared}
        (other / f"{root.name}.auto.tfvars.json").write_text(json.dumps(known))


def init(root: Path) -> None:
    run(root, "init")


def apply(root: Path, fresh: bool = True) -> None:
    if fresh:
        init(root)
    run(root, "apply", "-auto-approve", WAITING, *examples(root))


def examples(root: Path) -> list[str]:
    """The values that people fill in; ids are left out, so that a missing one is seen."""
    example = root / "terraform.tfvars.example"
    if not example.exists():
        return []
    filled = root / "filled.tfvars"
    entries = example.read_text().split("\n\n")
    filled.write_text("\n\n".join(e for e in entries if "The deployment writes" not in e))
    return [f"-var-file={filled.name}"]


def again(roots: list[Path]) -> None:
    """Plans everything once more: nothing may be left to do."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(plan, roots))


def plan(root: Path) -> None:
    run(root, "plan", WAITING, "-detailed-exitcode", *examples(root))


def run(root: Path, *command: str) -> str:
    """Runs Terraform in a root; its output."""
    name, *rest = command
    quiet = ["-no-color"] if name == "output" else ["-no-color", "-input=false"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    running = subprocess.Popen(["terraform", name, *quiet, *rest], cwd=root, text=True, **pipes)
    RUNNING.add(running)
    output, _ = running.communicate()
    RUNNING.discard(running)
    if running.returncode:
        FAILURES.append(f"{root.name}: terraform {' '.join(command)}\n{errors(output)}")
        for other in list(RUNNING):
            other.kill()
        raise Failed(FAILURES[0])
    print(f"{root.name}: {name} ({time.monotonic() - BEGUN:.0f} s)")
    return output


def errors(output: str) -> str:
    """The first error, or what a plan would change, without the progress before it."""
    begins = [at for at in (output.find("\nError"), output.find("\nTerraform will perform")) if at >= 0]
    return output[min(begins, default=0) :]


if __name__ == "__main__":
    try:
        main(*(Path(argument).resolve() for argument in sys.argv[1:4]))
    except Failed as failure:
        sys.exit(str(failure))

"""Where live tests run: in network namespaces of their own where those are allowed, else on addresses of loopback.

`LIVE_WORLD` names one of `namespaces` and `loopback`; else the first that is allowed is taken. On loopback each member has
an address of 127.0.0.0/8, names come from a file by Debian's libnss-wrapper, and the paths in emitted scripts, `/config` and
the like, are those of the run's folder. A region is lost by rules of iptables where those are allowed, else by stopping
its processes: then what it has answered counts, and links between regions cannot be cut.
"""
import functools
import os
import subprocess
from glob import glob

NAMESPACES, LOOPBACK = "namespaces", "loopback"


def works(*command):
    try:
        return subprocess.run(command, capture_output=True, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def alone():
    """What begins a world of its own."""
    return ["unshare", "-mn"] if os.geteuid() == 0 else ["unshare", "-Urmn"]


@functools.cache
def kind():
    """Which world there is on this machine."""
    if named := os.environ.get("LIVE_WORLD"):
        return named
    probe = "ip link set lo up && mount -t tmpfs none /mnt && mkdir /mnt/u /mnt/w /mnt/r && " \
        "mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w /mnt/r && mount -t tmpfs none /run && " \
        "mkdir -p /run/netns && ip netns add probe"
    return NAMESPACES if works(*alone(), "sh", "-ec", probe) else LOOPBACK


@functools.cache
def filters():
    """Whether packets between addresses of loopback can be dropped."""
    return works("iptables", "-w", "-n", "-L", "OUTPUT")


def told():
    """The world in words, for the table."""
    if kind() == NAMESPACES:
        return "network namespaces; a lost region drops every packet"
    lost = "a lost region drops every packet (iptables)" if filters() else "a lost region is stopped (SIGSTOP); links cannot be cut"
    return f"addresses of loopback; {lost}"


def named(hosts):
    """The environment in which names are those of a file."""
    found = glob(f"{os.environ['SERVERS']}/usr/lib/*/libnss_wrapper.so*")
    return {"LD_PRELOAD": sorted(found)[0], "NSS_WRAPPER_HOSTS": hosts}


if __name__ == "__main__":
    print(kind())
    print(told())

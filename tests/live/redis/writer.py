"""writer.py SET PASSWORD: a client. Asks the sentinels for the primary and sets a key ten times a second.

Runs in the folder of the run, in a pod's network namespace. Prints a line for each try: time, primary, answer.
"""
import socket
import ssl
import sys
import time

STORE, PASSWORD = sys.argv[1], sys.argv[2]
HOSTS = dict(reversed(line.split()) for line in open("hosts"))
TLS = ssl.create_default_context(cafile="ca.crt")
SENTINELS = [host for host in HOSTS if host.startswith("sentinel-")]
asked = {}


def connect(host, port):
    plain = socket.create_connection((HOSTS[host], port), timeout=0.3)
    plain.settimeout(0.3)
    return TLS.wrap_socket(plain, server_hostname=host)


def command(link, *words):
    link.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in (w.encode() for w in words)))
    answer = b""
    while not answer.endswith(b"\r\n") or (answer[:2] not in (b"*-", b"*0") and answer[:1] == b"*" and answer.count(b"\r\n") < 5):
        part = link.recv(65536)
        if not part:
            raise OSError("closed")
        answer += part
    return answer


def primary():
    """The name and a link to whoever the first sentinel that answers calls the primary, if it says so itself."""
    for sentinel in SENTINELS:
        try:
            if sentinel not in asked:
                asked[sentinel] = connect(sentinel, 26379)
            host = command(asked[sentinel], "SENTINEL", "get-master-addr-by-name", STORE).split(b"\r\n")[2].decode()
            link = connect(host, 6379)
            if command(link, "AUTH", PASSWORD) == b"+OK\r\n" and b"master" in command(link, "ROLE"):
                return host, link
        except (OSError, IndexError):
            asked.pop(sentinel, None)
    raise OSError("no primary")


name, link, count = "-", None, 0
while True:
    began = time.time()
    try:
        if link is None:
            name, link = primary()
        link.settimeout(0.5)
        said = command(link, "SET", "k", str(count)).strip().decode().replace(" ", "_")
        count += 1
        if not said.startswith("+"):
            link = None
    except OSError as error:
        said, link = "error_" + type(error).__name__, None
    print(f"{time.time():.3f} {name} {said}", flush=True)
    time.sleep(max(0, 0.1 - (time.time() - began)))

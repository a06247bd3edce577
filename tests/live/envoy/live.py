#!/usr/bin/env python3
"""live.py TREE...: a real Envoy with the listener that Istio makes of each emitted Gateway answers a load balancer, which
names no host in TLS, and a client that names one.

Istio turns the hosts of a server into the names of a filter chain, and `*` into a chain without names
(istio.io/latest/docs/reference/config/networking/gateway, read 2026-11). Everything is on loopback. ENVOY names the binary.
"""
import contextlib
import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from glob import glob

import yaml


def port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def chain(hosts, work):
    """The filter chain of a server with these hosts; every request is answered with 200."""
    names = [host.split("/")[-1] for host in hosts]
    route = {"match": {"prefix": "/"}, "direct_response": {"status": 200}}
    manager = {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "public",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}],
    }
    tls = {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        "common_tls_context": {"tls_certificates": [{
            "certificate_chain": {"filename": f"{work}/crt"}, "private_key": {"filename": f"{work}/key"}}]},
    }
    found = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}],
             "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": tls}}
    if "*" not in names:
        found["filter_chain_match"] = {"server_names": names}
    return found


@contextlib.contextmanager
def envoy(hosts, work):
    at = port()
    listener = {
        "name": "public", "address": {"socket_address": {"address": "127.0.0.1", "port_value": at}},
        "listener_filters": [{"name": "envoy.filters.listener.tls_inspector", "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"}}],
        "filter_chains": [chain(hosts, work)],
    }
    with open(f"{work}/envoy.json", "w") as file:
        json.dump({"static_resources": {"listeners": [listener]}}, file)
    subprocess.run([os.environ["ENVOY"], "--mode", "validate", "-c", f"{work}/envoy.json"], check=True, capture_output=True)
    with open(f"{work}/log", "w") as log:
        process = subprocess.Popen([os.environ["ENVOY"], "--disable-hot-restart", "--concurrency", "1", "-c", f"{work}/envoy.json"],
                                   stdout=log, stderr=log)
    try:
        for _ in range(200):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", at)) == 0:
                    break
            time.sleep(0.1)
        yield at
    finally:
        process.terminate()
        process.wait(20)


def asks(at, name):
    """The status of a request whose TLS names a host, or names none; 0 if no connection comes about."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection(("127.0.0.1", at), 5) as plain:
            connection = http.client.HTTPConnection("ignored")
            connection.sock = context.wrap_socket(plain, server_hostname=name)
            connection.request("GET", "/health", headers={"Host": name or "any"})
            return connection.getresponse().status
    except OSError:
        return 0


def main(trees):
    faults, asked = [], 0
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout {work}/key -out {work}/crt "
                       "-subj /CN=gateway -days 30".split(), check=True, stderr=subprocess.DEVNULL)
        # What the check is for: a chain with names takes nobody who names none.
        with envoy(["ns/api.example.com"], work) as at:
            assert (asks(at, "api.example.com"), asks(at, None)) == (200, 0), "Envoy does not choose by names as expected"
        for tree in trees:
            for path in sorted(glob(f"{tree}/kubernetes/*/istio-config.yaml")):
                documents = [d for d in yaml.safe_load_all(open(path)) if d]
                public = [d for d in documents if d["kind"] == "Gateway" and d["metadata"]["name"] == "public"]
                for server in (s for d in public for s in d["spec"]["servers"]):
                    with envoy(server["hosts"], work) as at:
                        found = asks(at, None), asks(at, "api.example.com")
                    print(f"{path}: without a name {found[0]}, with a name {found[1]}")
                    asked += 1
                    if found != (200, 200):
                        faults.append(path)
    if os.environ.get("RESULTS"):
        with open(os.environ["RESULTS"], "a") as file:
            file.write(f"envoy: gateways that refuse a probe, of {asked}\t{len(faults)}\t0\t \n")
    return 1 if faults or not asked else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

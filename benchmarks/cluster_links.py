#!/usr/bin/env python3
"""Ranks in network namespaces whose links are limited: bytes against their formula, times against the model.

Needs root, iproute2, Open MPI and a free name "wabr". Each namespace is a host of its own for mpirun (another name, an
own address), but all of them share this machine's processors: where computing decides, the times say so.

  sudo benchmarks/cluster_links.py build/bin/wattention --ranks 2,4 --mbit 50,1000 --tokens 4096
"""
import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

BRIDGE, NET = "wabr", "10.77.0."
# Stands for ssh: the last number of an address names the namespace.
AGENT = """#!/bin/sh
while [ "${1#-}" != "$1" ]; do shift; done
host=wa${1##*.}; shift
exec ip netns exec $host unshare -u sh -c "hostname $host; exec $*"
"""


def ip(*words):
    subprocess.run(["ip", *words], check=True)


def links_up(ranks, mbit):
    ip("link", "add", BRIDGE, "type", "bridge")
    ip("link", "set", BRIDGE, "up")
    for i in range(1, ranks + 1):
        host, outer = f"wa{i}", f"wav{i}"
        ip("netns", "add", host)
        ip("link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", host)
        ip("link", "set", outer, "master", BRIDGE, "up")
        ip("-n", host, "addr", "add", f"{NET}{i}/24", "dev", "eth0")
        for device in ("eth0", "lo"):
            ip("-n", host, "link", "set", device, "up")
        # The bucket holds 10 ms of the link: more than a tick of the kernel, and little beside a step.
        subprocess.run(["tc", "-n", host, "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", f"{mbit}mbit",
                        "burst", str(mbit * 10**6 // 8 // 100), "latency", "100ms"], check=True)


def links_down(ranks):
    for i in range(1, ranks + 1):
        # A namespace's links go some time after it: the next links_up would still find the name.
        subprocess.run(["ip", "link", "del", f"wav{i}"], stderr=subprocess.DEVNULL)
        subprocess.run(["ip", "netns", "del", f"wa{i}"], stderr=subprocess.DEVNULL)
    subprocess.run(["ip", "link", "del", BRIDGE], stderr=subprocess.DEVNULL)


# Both sides send and receive so many bytes at once, as neighbours in a ring do; prints the milliseconds.
PEER = """
import socket, sys, threading, time
listens, size = sys.argv[1] == "listen", int(sys.argv[2])
address = ("10.77.0.1", 7777)
if listens:
    server = socket.create_server(address)
    peer = server.accept()[0]
else:
    peer = socket.create_connection(address)
peer.sendall(b"x") or peer.recv(1)
start = time.monotonic()
sender = threading.Thread(target=peer.sendall, args=(bytes(size),))
sender.start()
left = size
while left:
    left -= len(peer.recv(min(left, 1 << 20)))
sender.join()
print(1e3 * (time.monotonic() - start))
"""


def plain_tcp_ms(size):
    """The same bytes between two hosts by plain sockets: what the link gives, with TCP's own losses."""
    def start(host, word):
        return subprocess.Popen(["ip", "netns", "exec", host, "python3", "-c", PEER, word, str(size)],
                                stdout=subprocess.PIPE, text=True)
    server = start("wa1", "listen")
    time.sleep(0.5)
    client = start("wa2", "connect")
    return max(float(process.communicate(timeout=120)[0]) for process in (server, client))


def on_the_wire(rank):
    """Bytes that a host has sent, headers included."""
    return int(Path(f"/sys/class/net/wav{rank + 1}/statistics/rx_bytes").read_text())


def forward(program, ranks, words):
    with tempfile.NamedTemporaryFile("w", suffix=".sh", delete=False) as agent:
        agent.write(AGENT)
    os.chmod(agent.name, 0o755)
    hosts = ",".join(f"{NET}{i}" for i in range(1, ranks + 1))
    command = ["ip", "netns", "exec", "wa1", "unshare", "-u", "sh", "-c", 'hostname wa1; exec "$@"', "sh", "mpirun",
               "--allow-run-as-root", "--mca", "plm_rsh_agent", agent.name, "--mca", "btl", "tcp,self",
               "--mca", "btl_tcp_if_include", f"{NET}0/24", "--mca", "oob_tcp_if_include", f"{NET}0/24",
               "--bind-to", "none", "-x", "WATTENTION_THREADS=1", "-n", str(ranks), "--host", hosts, program, "run",
               *words, "--json"]
    try:
        out = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600,
                             env=dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OMPI_ALLOW_RUN_AS_ROOT="1"))
        return json.loads(out.stdout)
    finally:
        os.unlink(agent.name)


def attention_ms(ranks):
    """Until the last rank has computed its last step."""
    return max(rank["steps"][-1]["computed_ms"] for rank in ranks)


def modelled_ms(ranks, exchange_ms):
    """docs/cluster.md's formula, each step's computing as it was measured: what is checked is what hides what."""
    count = len(ranks)
    slowest = 0
    for rank in ranks:
        computing = [step["computed_ms"] - step["start_ms"] for step in rank["steps"]]
        slowest = max(slowest, sum(max(ms, exchange_ms) for ms in computing[:count - 1]) + computing[-1])
    return slowest


def hidden_share(ranks):
    """Of the time that bytes were on their way, the part in which this rank computed."""
    way = beside = 0.0
    for rank in ranks:
        for step in rank["steps"][:-1]:
            way += step["exchanged_ms"] - step["start_ms"]
            beside += min(step["exchanged_ms"], step["computed_ms"]) - step["start_ms"]
    return beside / way


def measure(options, ranks, mbit, tokens):
    words = ["--heads", "8", "--embed-dim", "512", "--causal", "--tokens", str(tokens)]
    formula = 2 * (tokens // ranks) * 512 * 4  # keys and values of a rank's tokens, f32
    links_down(16)
    links_up(ranks, mbit)
    try:
        exchange_ms = plain_tcp_ms(formula)
        before = on_the_wire(0)
        result = forward(options.program, ranks, words)["ranks"]
        wire = on_the_wire(0) - before
    finally:
        links_down(ranks)
    sent = {step["sent_bytes"] for rank in result for step in rank["steps"][:-1]}
    assert sent == {formula}, (sent, formula)
    measured, modelled = attention_ms(result), modelled_ms(result, exchange_ms)
    print(f"| {ranks} | {mbit} | {tokens} | {formula} | {wire / (formula * (ranks - 1)):.3f} | "
          f"{formula * 8 / (mbit * 1e3):.0f} | {exchange_ms:.0f} | {measured:.0f} | "
          f"{modelled:.0f} | {measured / modelled:.2f} | {100 * hidden_share(result):.0f} % |", flush=True)


def numbers(text):
    return [int(word) for word in text.split(",")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=os.path.abspath)
    parser.add_argument("--ranks", type=numbers, default=[2, 4])
    parser.add_argument("--mbit", type=numbers, default=[50, 1000])
    parser.add_argument("--tokens", type=numbers, default=[4096])
    options = parser.parse_args()
    print("| ranks | Mbit/s | tokens | bytes/step | on the wire, of that | ms/step by the link's rate | "
          "by plain TCP | ms measured | by the formula | ratio | sent while computing |\n" + "| --- " * 11 + "|")
    for ranks in options.ranks:
        for mbit in options.mbit:
            for tokens in options.tokens:
                measure(options, ranks, mbit, tokens)


if __name__ == "__main__":
    main()

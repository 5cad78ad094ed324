"""A real Linux kernel as a router with a firewall, and what it does to packets.

Runs in a fresh network namespace. It opens two TUN devices, eth0 (192.168.1.1/24) and eth1 (203.0.113.5/24), forwards between them, sets the rules that it is
given, puts packets in at either side and notes what comes out at both, and what conntrack keeps then.

Standard input: one JSON object {sysctl: {name: value}, rules: [iptables arguments], scripts: [[{from: 'eth0' | 'eth1', packet: hex}]]}. Each script begins with an
empty conntrack table. Standard output: one JSON list of scripts, each a list of {eth0: [hex], eth1: [hex], flows: [lines of nf_conntrack]}; and the
counters of the filter table at the end, under `counters`.
"""
import fcntl
import json
import os
import select
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
SIDES = {"eth0": "192.168.1.1/24", "eth1": "203.0.113.5/24"}
QUIET = 0.04


def sh(command):
    said = subprocess.run(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if said.returncode != 0:
        sys.exit(f"{command}: {said.stdout.decode()}")
    return said.stdout.decode()


def write(path, value):
    with open(path, "w", encoding="ascii") as file:
        file.write(str(value))


def read_flows():
    with open("/proc/net/nf_conntrack", encoding="ascii") as file:
        return [line.strip() for line in file]


def open_side(name, address):
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    write(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6", 1)
    sh(f"ip addr add {address} dev {name}")
    sh(f"ip link set {name} up")
    return tun


def collect(tuns, wanted):
    """What comes out, until `wanted` packets did or nothing does any more."""
    out = {name: [] for name in tuns}
    names = {fd: name for name, fd in tuns.items()}
    end = time.monotonic() + QUIET
    while time.monotonic() < end:
        ready, _, _ = select.select(list(names), [], [], max(0, end - time.monotonic()))
        for fd in ready:
            out[names[fd]].append(os.read(fd, 65536).hex())
            wanted -= 1
        if wanted <= 0:
            break
    return out


def main():
    task = json.load(sys.stdin)
    sh("ip link set lo up")
    write("/proc/sys/net/ipv4/ip_forward", 1)
    tuns = {name: open_side(name, address) for name, address in SIDES.items()}
    sh("ip route add default dev eth1")
    for name in ("all", "eth0", "eth1"):
        write(f"/proc/sys/net/ipv4/conf/{name}/rp_filter", 0)
    for rule in task["rules"]:
        sh(f"iptables {rule}")
    for name, value in task["sysctl"].items():
        write("/proc/sys/net/netfilter/" + name, value)
    answers = []
    for script in task["scripts"]:
        sh("conntrack -F 2>/dev/null")
        said = []
        for step in script:
            os.write(tuns[step["from"]], bytes.fromhex(step["packet"]))
            said.append({**collect(tuns, 1), "flows": read_flows()})
        answers.append(said)
    print(json.dumps({"scripts": answers, "counters": sh("iptables-save -c -t filter")}))


main()

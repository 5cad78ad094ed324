"""What connect() returns on a real Linux kernel when a firewall rejects it: runs in a fresh network namespace, prints one line for each kind of REJECT."""
import errno
import socket
import subprocess

KINDS = (
    "tcp-reset", "icmp-port-unreachable", "icmp-proto-unreachable", "icmp-net-unreachable", "icmp-host-unreachable",
    "icmp-net-prohibited", "icmp-host-prohibited", "icmp-admin-prohibited",
)

subprocess.run("ip link set lo up", shell=True, check=True)
for chain in ("INPUT", "OUTPUT"):
    for kind in KINDS:
        rule = f"{chain} -p tcp --dport 80 -j REJECT --reject-with {kind}"
        subprocess.run(f"iptables -A {rule}", shell=True, check=True)
        with socket.socket() as client:
            client.settimeout(5)
            print(chain, kind, errno.errorcode.get(client.connect_ex(("127.0.0.1", 80)), "0"))
        subprocess.run(f"iptables -D {rule}", shell=True, check=True)

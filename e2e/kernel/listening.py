"""
What a real listener does at its limits: one situation for each port, on the loopback of a namespace of its own. Prints one JSON object: for each situation its counters, the states that ss
tells of on the listener's port, Recv-Q and Send-Q of the listener, and how the clients' calls ended. Nothing here outlives the process.
"""
import json
import socket
import struct
import subprocess
import sys
import time

COUNTERS = ["ListenOverflows", "ListenDrops", "TCPReqQFullDoCookies", "TCPReqQFullDrop", "SyncookiesSent", "SyncookiesRecv", "TCPDeferAcceptDrop", "EmbryonicRsts", "OutRsts", "PassiveOpens"]
held = []


def sh(command):
    return subprocess.run(command, shell=True, capture_output=True, text=True, timeout=20).stdout


def setting(name, value):
    with open("/proc/sys/net/ipv4/" + name, "w") as f:
        f.write(str(value))


def counters():
    out = {}
    for path in ("/proc/net/netstat", "/proc/net/snmp"):
        lines = open(path).read().splitlines()
        for names, values in zip(lines[::2], lines[1::2]):
            out.update(zip(names.split()[1:], values.split()[1:]))
    return {name: int(out[name]) for name in COUNTERS}


def listener(port, backlog, setup=lambda s: None):
    s = socket.socket()
    setup(s)
    s.bind(("127.0.0.1", port))
    s.listen(backlog)
    held.append(s)
    return s


def client(port):
    s = socket.socket()
    s.setblocking(False)
    try:
        s.connect(("127.0.0.1", port))
    except BlockingIOError:
        pass
    held.append(s)
    time.sleep(0.01)
    return s


def outcome(call):
    try:
        value = call()
        return len(value) if isinstance(value, bytes) else "done"
    except OSError as e:
        import errno
        return errno.errorcode[e.errno]


def rule(change, what):
    sh("iptables -%s INPUT -p tcp %s -j DROP" % (change, what))


def crowd(port, backlog, count):
    listener(port, backlog)
    for _ in range(count):
        client(port)
    return []


def strangers(port, backlog, count):
    """Clients that never hear the SYN,ACK."""
    rule("A", "--sport %d --tcp-flags SYN,ACK SYN,ACK" % port)
    return crowd(port, backlog, count)


def overflow(port):
    """A client believes that it is connected, and its place is taken before its ACK comes."""
    listener(port, 0)
    lost = "--dport %d --tcp-flags SYN,ACK ACK" % port
    rule("A", lost)
    first = client(port)
    rule("D", lost)
    client(port)
    first.send(b"hello")
    time.sleep(0.05)
    return [outcome(lambda: first.recv(10))]


def deferred(port):
    listener(port, 5, lambda s: s.setsockopt(6, 9, 5))
    client(port)
    return []


def reset_before_accept(port):
    s = listener(port, 5)
    c = client(port)
    c.setsockopt(1, 13, struct.pack("ii", 1, 0))
    c.close()
    time.sleep(0.02)
    s.setblocking(False)
    a, _ = s.accept()
    return [outcome(lambda: a.recv(10)), outcome(lambda: a.recv(10))]


def second_listen(port):
    s = listener(port, 0)
    client(port)
    client(port)
    s.listen(2)
    client(port)
    client(port)
    client(port)
    return []


def ask(port, name, arguments, settings):
    """One situation, in a namespace of its own: what clients of others still send counts there."""
    sh("ip link set lo up")
    for key, value in {"tcp_syncookies": 1, "tcp_abort_on_overflow": 0, "tcp_max_syn_backlog": 4096, **settings}.items():
        setting(key, value)
    outcomes = globals()[name](port, *arguments)
    time.sleep(0.05)
    rows = [line.split() for line in sh("ss -Htan").splitlines()]
    mine = [row for row in rows if row[3].endswith(":%d" % port)]
    return {
        "counters": {key: value for key, value in counters().items() if value != 0},
        "states": sorted(row[0] for row in mine if row[0] != "LISTEN"),
        "queue": [row[1:3] for row in mine if row[0] == "LISTEN"],
        "outcomes": outcomes,
    }


def main():
    if sys.argv[1] == "--one":
        print(json.dumps(ask(*json.loads(sys.argv[2]))))
        return
    out = {}
    for port, (name, arguments, settings) in enumerate(json.loads(sys.argv[1]), 7101):
        one = json.dumps([port, name, arguments, settings])
        done = subprocess.run(["unshare", "-n", "python3", __file__, "--one", one], capture_output=True, text=True, timeout=20)
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        out[port] = json.loads(done.stdout)
    print(json.dumps(out))


main()

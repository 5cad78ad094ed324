"""One segment into every state of a real Linux kernel, and what came of it.

Runs in a fresh network namespace. It opens a TUN device and is the peer of many connections at once, each of them one cell of the matrix: it
brings the kernel's end into the state that the cell starts from, sends the one segment, waits, and notes what the kernel sent back and which
state it is in then (as ss tells it).

Standard input: one JSON list of cells {id, start, flags, seq: [base, offset], ack: [base, offset], length}, base of seq `nxt` or `edge` (RCV.NXT, right
edge of the window that the kernel last offered), base of ack `una` or `nxt`. Standard output: one JSON list of {id, before, state, answers, queued};
numbers are counted from the ISNs.
"""
import collections
import fcntl
import json
import os
import select
import socket
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
KERNEL, PEER = "10.99.0.2", "10.99.0.1"
LISTENING, NOBODY = 80, 81
FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
LETTERS = ((SYN, "S"), (FIN, "F"), (RST, "R"), (PSH, "P"), (ACK, "."), (URG, "U"))
WINDOW = 50000
MSS = b"\x02\x04\x05\xb4"
SETTLE, OBSERVE, PATIENCE = 0.03, 0.2, 5
M32 = 0xFFFFFFFF
STATES = {
    "ESTAB": "ESTABLISHED", "SYN-SENT": "SYN-SENT", "SYN-RECV": "SYN-RECEIVED", "FIN-WAIT-1": "FIN-WAIT-1",
    "FIN-WAIT-2": "FIN-WAIT-2", "TIME-WAIT": "TIME-WAIT", "CLOSE-WAIT": "CLOSE-WAIT", "LAST-ACK": "LAST-ACK",
    "CLOSING": "CLOSING",
}


def sh(command):
    return subprocess.run(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout.decode()


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - total


def packet(sport, dport, seq, ack, flags, payload=b"", options=b"", urgent=0):
    src, dst = socket.inet_aton(PEER), socket.inet_aton(KERNEL)
    offset = (20 + len(options)) // 4 << 4
    tcp = struct.pack(">HHIIBBHHH", sport, dport, seq & M32, ack & M32, offset, flags, WINDOW, 0, urgent) + options + payload
    pseudo = src + dst + struct.pack(">BBH", 0, 6, len(tcp))
    tcp = tcp[:16] + struct.pack(">H", checksum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0) + src + dst
    return ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:] + tcp


def stamp_in(options):
    """The value of the timestamps option; None where there is none."""
    at = 0
    while at < len(options) and options[at]:
        if options[at] == 8:
            return struct.unpack_from(">I", options, at + 2)[0]
        at += 1 if options[at] == 1 else options[at + 1]
    return None


class Connection:
    """One cell: the peer's view of the connection."""

    def __init__(self, cell, port):
        self.cell, self.port = cell, port
        self.iss, self.irs = (port * 65537) & M32, None
        self.nxt = (self.iss + 1) & M32
        self.kernel_port = LISTENING
        self.edge, self.kernel_nxt, self.acked = 60000, 0, 0
        self.sock, self.seen = None, []
        # Timestamps, where the cell has them: ours, and the latest of the kernel.
        self.stamp, self.echo = (10000, 0) if cell.get("stamp") else (None, 0)

    def options(self, flags, stamp):
        out = MSS if flags & SYN else b""
        if stamp is None:
            return out
        return out + struct.pack(">BBBBII", 1, 1, 8, 10, stamp & M32, self.echo if flags & ACK else 0)

    def heard(self, seq, ack, flags, window, length, options):
        self.echo = stamp_in(options) or self.echo
        if self.irs is None and flags & SYN:
            self.irs = seq
        end = length + (1 if flags & SYN else 0) + (1 if flags & FIN else 0)
        if not flags & RST:
            self.kernel_nxt = max(self.kernel_nxt, (seq + end - (self.irs or 0)) & M32)
        if flags & ACK and not flags & RST:
            self.acked = (ack - self.iss) & M32
            self.edge = max(self.edge, self.acked + window)
        self.seen.append((flags, seq, ack, length))


class Bench:
    def __init__(self):
        self.tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self.tun, TUNSETIFF, struct.pack("16sH", b"tun0", IFF_TUN | IFF_NO_PI))
        for command in ("ip link set lo up", f"ip addr add {KERNEL} peer {PEER} dev tun0",
                        "ip link set tun0 mtu 1500 txqueuelen 10000 up"):
            said = sh(command)
            if said:
                sys.stderr.write(f"{command}: {said}")
        for name, value in (("tcp_max_syn_backlog", "8192"), ("tcp_fin_timeout", "60"), ("tcp_retries2", "15"),
                            # A probe of the tail would carry the ACK that is looked for.
                            ("tcp_early_retrans", "0"), ("tcp_rmem", "4096 131072 6291456")):
            with open(f"/proc/sys/net/ipv4/{name}", "w", encoding="ascii") as file:
                file.write(value)
        with open("/proc/sys/net/core/somaxconn", "w", encoding="ascii") as file:
            file.write("8192")
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((KERNEL, LISTENING))
        self.listener.listen(8192)
        self.listener.setblocking(False)
        self.by_port = {}
        self.next_port = 10000

    def send(self, connection, flags, seq=None, ack=None, payload=b"", urgent=0, stamp="fresh"):
        c = connection
        if c.stamp is not None:
            c.stamp += 1
        stamps = {"fresh": c.stamp, "old": (c.stamp or 0) - 1000, "missing": None}
        options = c.options(flags, stamps[stamp] if c.stamp is not None else None)
        seq = c.nxt if seq is None else seq
        if ack is None:
            ack = (c.irs + c.kernel_nxt) & M32 if flags & ACK else 0
        os.write(self.tun, packet(c.port, c.kernel_port, seq, ack, flags, payload, options, urgent))

    def pump(self, seconds):
        """Hears what the kernel says for so long."""
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.tun], [], [], left)[0]:
                return
            data = os.read(self.tun, 65536)
            if data[0] >> 4 != 4 or data[9] != 6:
                continue
            head = (data[0] & 15) * 4
            sport, dport, seq, ack, offset, flags, window = struct.unpack(">HHIIBBH", data[head:head + 16])
            connection = self.by_port.get(dport)
            if connection is None:
                continue
            if connection.kernel_port is None:
                connection.kernel_port = sport
            text = head + (offset >> 4) * 4
            connection.heard(seq, ack, flags, window, len(data) - text, data[head + 20:text])

    def settle(self, connections, done=None):
        """Hears until every connection is where it should be; the machine may be busy."""
        end = time.monotonic() + PATIENCE
        while done and not all(done(c) for c in connections) and time.monotonic() < end:
            self.pump(0.005)
        self.pump(SETTLE)

    def make(self, cells):
        connections = []
        for cell in cells:
            connections.append(Connection(cell, self.next_port))
            self.next_port += 1
        self.by_port = {c.port: c for c in connections}
        return connections

    def passive(self, connections):
        for c in connections:
            self.send(c, SYN, seq=c.iss)
        self.settle(connections, lambda c: c.irs is not None)

    def established(self, connections):
        self.passive(connections)
        for c in connections:
            self.send(c, ACK)
        end = time.monotonic() + PATIENCE
        while any(c.sock is None for c in connections) and time.monotonic() < end:
            self.pump(0.005)
            self.accept()

    def accept(self):
        while True:
            try:
                sock, (_, port) = self.listener.accept()
            except BlockingIOError:
                return
            if port in self.by_port:
                self.by_port[port].sock = sock

    def fin(self, connections, ack=None):
        for c in connections:
            self.send(c, FIN | ACK, ack=None if ack is None else (c.irs + ack) & M32)
            c.nxt = (c.nxt + 1) & M32
        self.settle(connections, lambda c: c.acked == 2)

    def shut(self, connections, orphan):
        for c in connections:
            if orphan:
                c.sock.close()
                c.sock = None
            else:
                c.sock.shutdown(socket.SHUT_WR)
        self.settle(connections, lambda c: c.kernel_nxt == 2)

    def active(self, connections):
        for c in connections:
            c.kernel_port = None
            c.sock = socket.socket()
            c.sock.setblocking(False)
            c.sock.connect_ex((PEER, c.port))
        self.settle(connections, lambda c: c.irs is not None)

    def reach(self, start, connections):
        state, _, variant = start.partition(" ")
        orphan = variant == "orphan"
        if state == "CLOSED":
            for c in connections:
                c.kernel_port = NOBODY
        elif state == "SYN-SENT":
            self.active(connections)
        elif state == "SYN-RECEIVED" and variant == "active":
            self.active(connections)
            for c in connections:
                self.send(c, SYN, seq=c.iss)
            self.settle(connections, lambda c: c.acked == 1)
        elif state == "SYN-RECEIVED":
            self.passive(connections)
        elif state != "LISTEN":
            self.established(connections)
            if variant == "gap":
                for c in connections:
                    self.send(c, PSH | ACK, seq=c.nxt + 1000, payload=b"x" * 100)
                self.settle(connections)
            if variant == "sending":
                for c in connections:
                    c.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    c.sock.send(b"x" * 3000)
                self.settle(connections, lambda c: c.kernel_nxt == 3001)
            if state in ("FIN-WAIT-1", "FIN-WAIT-2", "CLOSING", "TIME-WAIT"):
                self.shut(connections, orphan)
            if state == "FIN-WAIT-2":
                for c in connections:
                    self.send(c, ACK)
                self.settle(connections)
            if state in ("CLOSE-WAIT", "LAST-ACK", "TIME-WAIT"):
                self.fin(connections)
            if state == "CLOSING":
                self.fin(connections, ack=1)
            if state == "LAST-ACK":
                self.shut(connections, orphan)

    def states(self):
        """State and unread bytes of every connection, by the peer's port."""
        found = {}
        for line in sh("ss -tanH").splitlines():
            state, queued, _, _, peer = line.split()[:5]
            if state in STATES:
                found[int(peer.rsplit(":", 1)[1])] = (STATES[state], int(queued))
        return found

    def run(self, start, cells):
        connections = self.make(cells)
        self.reach(start, connections)
        self.pump(0.01)
        before = self.states()
        for c in connections:
            c.seen, c.edge_then = [], c.edge
            self.inject(c)
        self.pump(OBSERVE)
        # The end of the pump may be an idle moment before a delayed ACK.
        time.sleep(0.02)
        self.pump(0.05)
        after = self.states()
        none = "LISTEN" if start in ("LISTEN", "SYN-RECEIVED") else "CLOSED"
        out = []
        for c in connections:
            state, queued = after.get(c.port, (none, 0))
            out.append({"id": c.cell["id"], "before": before.get(c.port, (none, 0))[0], "state": state,
                        "queued": queued, "edge": c.edge_then,
                        "answers": [self.tell(c, *one) for one in c.seen if not one[0] & FIN and one[3] == 0]})
            if c.sock is not None:
                c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                c.sock.close()
        return out

    def inject(self, c):
        cell = c.cell
        base, offset = cell["seq"]
        seq = (c.nxt if base == "nxt" else c.iss + c.edge) + offset
        ack = 0
        if cell["flags"] & ACK:
            base, offset = cell["ack"]
            una = c.kernel_nxt - cell["unacked"]
            ack = (c.irs or 0) + (c.kernel_nxt if base == "nxt" else una) + offset
        urgent = cell["length"] if cell["flags"] & URG else 0
        self.send(c, cell["flags"], seq=seq, ack=ack, payload=b"x" * cell["length"], urgent=urgent,
                  stamp=cell.get("stamp", "fresh"))

    def tell(self, c, flags, seq, ack, _length):
        letters = "".join(letter for bit, letter in LETTERS if flags & bit)
        # Counted from the ISNs; but nothing is nothing.
        said = f"{letters} {self.signed(seq - (c.irs or 0)) if seq else 0}"
        return f"{said} {self.signed(ack - c.iss)}" if flags & ACK else said

    @staticmethod
    def signed(number):
        number &= M32
        return number - (1 << 32) if number >> 31 else number


def main():
    cells = json.load(sys.stdin)
    bench = Bench()
    starts = collections.defaultdict(list)
    for cell in cells:
        starts[cell["start"]].append(cell)
    out = []
    for start, group in starts.items():
        for i in range(0, len(group), 180):
            out += bench.run(start, group[i:i + 180])
    json.dump(out, sys.stdout)


main()

"""
Makes the plays of src/conformance/calls on this kernel. Each line of the input is a play as JSON, each line of the output the answers to its moves.

A play runs in a child process with two network namespaces of its own, joined by a veth pair: B's is the child's, A's is that of some of its threads (a
namespace belongs to a thread on Linux), so that both machines' descriptors are in one table and all of it ends with the child. What the machines send
is read from packet sockets. The network is cut by giving a neighbour a hardware address that nobody has.
"""
import ctypes
import errno
import fcntl
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
ADDRESS = {"A": "10.0.0.1", "B": "10.0.0.2"}
MAC = {"A": "02:00:00:00:00:01", "B": "02:00:00:00:00:02"}
NOBODY = "02:00:00:00:00:99"
# A play that takes longer is ended.
LIMIT_SECONDS = 60
# A call that has not returned after this long is blocked.
RETURNS_WITHIN = 0.05
PACKET_OUTGOING = 4
ETH_P_ALL = 3
IPV4 = b"\x08\x00"
TCP, UDP = 6, 17

FLAGS = {"MSG_OOB": 1, "MSG_PEEK": 2, "MSG_DONTWAIT": 0x40, "MSG_EOR": 0x80, "MSG_WAITALL": 0x100, "MSG_ERRQUEUE": 0x2000,
         "MSG_NOSIGNAL": 0x4000, "MSG_MORE": 0x8000, "MSG_TRUNC": 0x20, "MSG_ZEROCOPY": 0x4000000}
# level, number, kind of the value
OPTIONS = {
    "SO_REUSEADDR": (1, 2, "int"), "SO_ERROR": (1, 4, "errno"), "SO_SNDBUF": (1, 7, "int"), "SO_RCVBUF": (1, 8, "int"),
    "SO_KEEPALIVE": (1, 9, "int"), "SO_OOBINLINE": (1, 10, "int"), "SO_LINGER": (1, 13, "linger"), "SO_REUSEPORT": (1, 15, "int"),
    "SO_RCVLOWAT": (1, 18, "int"), "SO_BROADCAST": (1, 6, "int"), "SO_NO_CHECK": (1, 11, "int"), "SO_RCVTIMEO": (1, 20, "time"), "SO_SNDTIMEO": (1, 21, "time"), "SO_TYPE": (1, 3, "int"),
    "SO_ACCEPTCONN": (1, 30, "int"), "SO_PROTOCOL": (1, 38, "int"), "SO_DOMAIN": (1, 39, "int"), "SO_PEEK_OFF": (1, 42, "int"),
    "SO_MAX_PACING_RATE": (1, 47, "int"), "SO_ZEROCOPY": (1, 60, "int"),
    "TCP_NODELAY": (6, 1, "int"), "TCP_MAXSEG": (6, 2, "int"), "TCP_CORK": (6, 3, "int"), "TCP_KEEPIDLE": (6, 4, "int"),
    "TCP_KEEPINTVL": (6, 5, "int"), "TCP_KEEPCNT": (6, 6, "int"), "TCP_SYNCNT": (6, 7, "int"), "TCP_LINGER2": (6, 8, "int"),
    "TCP_DEFER_ACCEPT": (6, 9, "int"), "TCP_WINDOW_CLAMP": (6, 10, "int"), "TCP_QUICKACK": (6, 12, "int"), "TCP_CONGESTION": (6, 13, "text"),
    "TCP_USER_TIMEOUT": (6, 18, "ms"), "TCP_NOTSENT_LOWAT": (6, 25, "int"), "TCP_RTO_MAX_MS": (6, 44, "int"),
    "IP_TOS": (0, 1, "int"), "IP_MTU_DISCOVER": (0, 10, "int"), "IP_RECVERR": (0, 11, "int"), "IP_MTU": (0, 14, "int"),
}
HOW = {"SHUT_RD": 0, "SHUT_WR": 1, "SHUT_RDWR": 2}
EPOLL_OPS = {"EPOLL_CTL_ADD": 1, "EPOLL_CTL_DEL": 2, "EPOLL_CTL_MOD": 3}
BITS = [("IN", 1), ("PRI", 2), ("OUT", 4), ("ERR", 8), ("HUP", 0x10), ("NVAL", 0x20), ("RDNORM", 0x40), ("RDBAND", 0x80),
        ("WRNORM", 0x100), ("WRBAND", 0x200), ("MSG", 0x400), ("RDHUP", 0x2000)]


# Calls after which nothing is sent that needs time.
LOCAL = {"socketpair", "unlink", "socket", "bind", "fcntl", "getsockname", "getpeername", "getsockopt", "pipe", "dup", "epollCreate", "epollCtl"}


class Pollfd(ctypes.Structure):
    _fields_ = [("fd", ctypes.c_int), ("events", ctypes.c_short), ("revents", ctypes.c_short)]


class EpollEvent(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("events", ctypes.c_uint32), ("data", ctypes.c_uint64)]


def bit_names(bits):
    return "|".join(name for name, bit in BITS if bits & bit) or "-"


def endpoint(address, port):
    return struct.pack("=H", socket.AF_INET) + struct.pack(">H", port) + socket.inet_aton(address) + bytes(8)


FAMILIES = {"AF_UNIX": 1, "AF_INET": 2}
TYPES = {"SOCK_STREAM": 1, "SOCK_DGRAM": 2}
# errno.h has two names for one number, and Python knows the other one.
SPELT = {"ENOTSUP": "EOPNOTSUPP"}


def kind_of(call):
    return TYPES[call.get("type", "SOCK_STREAM")] | (0o4000 if call.get("nonblock") else 0)


def real_path(path):
    """Each play has a /tmp of its own: the working directory."""
    return path.replace("/tmp/", "", 1)


def name_text(raw, length):
    """The address in a struct sockaddr; - for none."""
    family = struct.unpack_from("=H", raw)[0] if length >= 2 else 0
    if family == socket.AF_INET:
        port, address = struct.unpack_from(">H4s", raw, 2)
        return f"{socket.inet_ntoa(address)}:{port_text(port)}"
    name = raw[2:length]
    if name[:1] == b"\0" and len(name) > 1:
        return "@" + name[1:].decode()
    path = name.split(b"\0")[0].decode()
    return path if path.startswith("/") else f"/tmp/{path}" if path else "-"


class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class Msghdr(ctypes.Structure):
    _fields_ = [("name", ctypes.c_void_p), ("namelen", ctypes.c_uint32), ("iov", ctypes.c_void_p), ("iovlen", ctypes.c_size_t),
                ("control", ctypes.c_void_p), ("controllen", ctypes.c_size_t), ("flags", ctypes.c_int)]


def port_text(port):
    return "E" if port >= 32768 else str(port)


class Calls:
    """Calls as data, made; every answer is (returned, what else it says)."""

    def __init__(self):
        self.names = {}

    def fd(self, reference):
        """A name that nothing bears is a descriptor that is not open."""
        return reference if isinstance(reference, int) else self.names.get(reference, 999)

    def make(self, call):
        ctypes.set_errno(0)
        value, more = getattr(self, "call_" + call["call"])(call)
        return value, ctypes.get_errno() if value < 0 else 0, more

    def call_socket(self, call):
        return LIBC.socket(FAMILIES[call.get("domain", "AF_INET")], kind_of(call), 0), ""

    def call_socketpair(self, call):
        # The first of them bears the name, the second the name with a +.
        ends = (ctypes.c_int * 2)()
        value = LIBC.socketpair(FAMILIES["AF_UNIX"], kind_of(call), 0, ends)
        self.piped, self.mate = ends[0], ends[1]
        return value, ""

    def call_unlink(self, call):
        return LIBC.unlink(real_path(call["path"]).encode()), ""

    def target(self, call):
        """The address of a bind, connect or sendto, with its length."""
        if "path" in call:
            name = call["path"]
            # A path with the whole struct sockaddr_un, as programs give it; an abstract name ends where its length says.
            data = b"\0" + name[1:].encode() if name.startswith("@") else real_path(name).encode().ljust(108, b"\0")
            return struct.pack("=H", socket.AF_UNIX) + data, 2 + len(data)
        if call.get("family") == "AF_UNSPEC":
            return struct.pack("=H", 0) + bytes(14), 16
        return endpoint(call.get("address", "0.0.0.0"), call["port"]), 16

    def call_bind(self, call):
        return LIBC.bind(self.fd(call["fd"]), *self.target(call)), ""

    def call_listen(self, call):
        return LIBC.listen(self.fd(call["fd"]), call["backlog"]), ""

    def call_connect(self, call):
        return LIBC.connect(self.fd(call["fd"]), *self.target(call)), ""

    def call_accept(self, call):
        return LIBC.accept4(self.fd(call["fd"]), None, None, 0o4000 if call.get("nonblock") else 0), ""

    def call_send(self, call):
        data = call["text"].encode() if "text" in call else bytes(call.get("bytes", 0))
        where = ctypes.c_void_p(1) if call.get("badAddress") else data
        # Nobody here handles SIGPIPE, which Python ignores.
        return LIBC.send(self.fd(call["fd"]), where, len(data), self.flags(call)), ""

    def call_recv(self, call):
        room = ctypes.create_string_buffer(max(1, call["bytes"]))
        where = ctypes.c_void_p(1) if call.get("badAddress") else room
        return LIBC.recv(self.fd(call["fd"]), where, call["bytes"], self.flags(call)), ""

    def call_sendto(self, call):
        data = call["text"].encode() if "text" in call else bytes(call.get("bytes", 0))
        where, length = self.target(call) if "path" in call or "address" in call else (None, 0)
        return LIBC.sendto(self.fd(call["fd"]), data, len(data), self.flags(call), where, length), ""

    def call_recvfrom(self, call):
        room, name, control = (ctypes.create_string_buffer(n) for n in (max(1, call["bytes"]), 128, 512))
        part = Iovec(ctypes.addressof(room), call["bytes"])
        head = Msghdr(ctypes.addressof(name), 128, ctypes.addressof(part), 1, ctypes.addressof(control), 512, 0)
        value = LIBC.recvmsg(self.fd(call["fd"]), ctypes.byref(head), self.flags(call))
        if value < 0:
            return value, ""
        if head.flags & FLAGS["MSG_ERRQUEUE"]:
            # struct cmsghdr, then struct sock_extended_err.
            number, origin, _, code = struct.unpack_from("=IBBB", control.raw, 16)
            return value, f" error {number} origin {origin} code {code}"
        text = room.raw[: min(value, call["bytes"])].decode()
        cut = " cut" if head.flags & FLAGS["MSG_TRUNC"] else ""
        return value, f' "{text}"{cut} from {name_text(name.raw, head.namelen)}'

    def call_dup(self, call):
        return LIBC.dup(self.fd(call["fd"])), ""

    def call_select(self, call):
        sets = {kind: [self.fd(it) for it in call.get(kind, [])] for kind in ("read", "write", "except")}
        fds = [fd for kind in sets.values() for fd in kind]
        rooms = {kind: (ctypes.c_uint64 * 16)() for kind in sets}
        for kind, numbers in sets.items():
            for fd in numbers:
                rooms[kind][fd // 64] |= 1 << fd % 64
        left = (ctypes.c_long * 2)(call["timeoutMs"] // 1000, call["timeoutMs"] % 1000 * 1000)
        limit = None if call["timeoutMs"] < 0 else left
        value = LIBC.select(max(fds) + 1, rooms["read"], rooms["write"], rooms["except"], limit)
        found = [f"{kind} {sum(rooms[kind][fd // 64] >> fd % 64 & 1 for fd in sets[kind])}" for kind in sets]
        return value, " " + ", ".join(found)

    def flags(self, call):
        return sum(FLAGS[name] for name in call.get("flags", []))

    def call_shutdown(self, call):
        return LIBC.shutdown(self.fd(call["fd"]), HOW[call["how"]]), ""

    def call_close(self, call):
        return LIBC.close(self.fd(call["fd"])), ""

    def call_setsockopt(self, call):
        level, number, kind = OPTIONS[call["option"]]
        value = call["value"]
        if kind == "linger":
            data = struct.pack("ii", int(value >= 0), max(0, value))
        elif kind == "time":
            data = struct.pack("ll", value // 1000, value % 1000 * 1000)
        elif kind == "text":
            data = value.encode()
        else:
            data = struct.pack("i", value)
        return LIBC.setsockopt(self.fd(call["fd"]), level, number, data, len(data)), ""

    def call_getsockopt(self, call):
        level, number, kind = OPTIONS[call["option"]]
        room, length = ctypes.create_string_buffer(64), ctypes.c_uint32(64)
        value = LIBC.getsockopt(self.fd(call["fd"]), level, number, room, ctypes.byref(length))
        if kind == "linger":
            on, seconds = struct.unpack_from("ii", room.raw)
            text = f"{{{'on' if on else 'off'}, {seconds} s}}"
        elif kind == "time":
            seconds, micros = struct.unpack_from("ll", room.raw)
            text = f"{seconds * 1000 + micros // 1000} ms"
        elif kind == "text":
            text = f'"{room.value.decode()}"'
        else:
            number = struct.unpack_from("i", room.raw)[0]
            text = errno.errorcode[number] if kind == "errno" and number else f"{number} ms" if kind == "ms" else str(number)
        return value, f" [{text}]"

    def call_fcntl(self, call):
        return LIBC.fcntl(self.fd(call["fd"]), fcntl.F_SETFL, os.O_NONBLOCK if call["nonblock"] else 0), ""

    def named(self, ask, call):
        room, length = ctypes.create_string_buffer(128), ctypes.c_uint32(128)
        value = ask(self.fd(call["fd"]), room, ctypes.byref(length))
        return value, " " + name_text(room.raw, length.value) if value >= 0 else ""

    def call_getsockname(self, call):
        return self.named(LIBC.getsockname, call)

    def call_getpeername(self, call):
        return self.named(LIBC.getpeername, call)

    def call_poll(self, call):
        asked = (Pollfd * len(call["fds"]))(*[(self.fd(it["fd"]), it["events"], 0) for it in call["fds"]])
        value = LIBC.poll(asked, len(asked), call["timeoutMs"])
        return value, " " + " ".join(bit_names(it.revents) for it in asked)

    def call_epollCreate(self, _call):
        return LIBC.epoll_create1(0), ""

    def call_epollCtl(self, call):
        event = EpollEvent(call["events"] & 0xFFFFFFFF, call["data"])
        return LIBC.epoll_ctl(self.fd(call["fd"]), EPOLL_OPS[call["op"]], self.fd(call["target"]), ctypes.byref(event)), ""

    def call_epollWait(self, call):
        room = (EpollEvent * max(1, call["most"]))()
        value = LIBC.epoll_wait(self.fd(call["fd"]), room, call["most"], call["timeoutMs"])
        return value, " " + " ".join(bit_names(room[i].events) for i in range(value)) if value > 0 else ""

    def call_pipe(self, _call):
        # Two descriptors come back; the first of them bears the name.
        ends = (ctypes.c_int * 2)()
        value = LIBC.pipe2(ends, 0)
        self.piped = ends[0]
        return value, ""


class Machine:
    """One network namespace, in the threads that it makes."""

    def __init__(self, side, unshared, ready):
        self.side, self.sent, self.lock = side, [], threading.Lock()
        self.jobs, self.wanted = [], threading.Condition()
        threading.Thread(target=self.main, args=(unshared, ready), daemon=True).start()

    def main(self, unshared, ready):
        """The first thread of the machine; whatever it starts is in its namespace."""
        if unshared and LIBC.unshare(CLONE_NEWNET) != 0:
            ready(OSError(ctypes.get_errno(), "unshare"))
            return
        self.thread = threading.get_native_id()
        ready(None)
        while True:
            with self.wanted:
                while not self.jobs:
                    self.wanted.wait()
                job = self.jobs.pop(0)
            threading.Thread(target=job, daemon=True).start()

    def run(self, job):
        with self.wanted:
            self.jobs.append(job)
            self.wanted.notify()

    def ask(self, what):
        """Does something in the namespace and waits for it."""
        done, answer = threading.Event(), []

        def job():
            answer.append(what())
            done.set()
        self.run(job)
        done.wait()
        return answer[0]

    def sniff(self):
        def look():
            # Only those that want every protocol see what leaves.
            raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            listening.set()
            while True:
                data, (_, _, kind, _, _) = raw.recvfrom(65536)
                # On loopback everything is seen twice; what leaves is marked so.
                if kind == PACKET_OUTGOING and data[12:14] == IPV4 and data[23] in (TCP, UDP):
                    with self.lock:
                        self.sent.append(segment_text(data[14:]))
        listening = threading.Event()
        self.run(look)
        listening.wait()

    def take(self):
        with self.lock:
            sent, self.sent = self.sent, []
        return sent


def segment_text(packet):
    head = (packet[0] & 15) * 4
    if packet[9] == UDP:
        return f"UDP {struct.unpack_from('>H', packet, head + 4)[0] - 8}"
    length = struct.unpack_from(">H", packet, 2)[0] - head - (packet[head + 12] >> 4) * 4
    bits = packet[head + 13]
    # In the order of src/wire's formatFlags.
    names = [name for name, bit in FLAG_BITS if bits & bit]
    return ",".join(names) + (f" {length}" if length else "")


FLAG_BITS = [("FIN", 1), ("SYN", 2), ("RST", 4), ("PSH", 8), ("ACK", 16), ("URG", 32), ("ECE", 64), ("CWR", 128)]


def command(text, lines=""):
    subprocess.run(text.split(), input=lines, text=True, check=True, capture_output=True)


def ss():
    out = subprocess.run(["ss", "-tanH"], text=True, capture_output=True, check=True).stdout
    lines = []
    for line in out.splitlines():
        state, _, _, local, remote = line.split()[:5]
        lines.append(f"{state} {end_text(local)} {end_text(remote)}")
    return ", ".join(sorted(lines)) or "nothing"


def memory(fd):
    """SO_MEMINFO: what a socket's queues are charged, and what it dropped; `r832 w0 d0`."""
    room = ctypes.create_string_buffer(64)
    if LIBC.getsockopt(fd, 1, 55, room, ctypes.byref(ctypes.c_uint32(64))) < 0:
        return "no such socket"
    values = struct.unpack_from("9I", room.raw)
    return f"r{values[0]} w{values[2]} d{values[8]}"


def counter(name):
    """What nstat tells, from the two lines of names and numbers that each group has."""
    for path in ("netstat", "snmp"):
        with open(f"/proc/thread-self/net/{path}", encoding="ascii") as file:
            lines = [line.split() for line in file]
        for names, numbers in zip(lines[::2], lines[1::2]):
            # Of UDP's counters the names have their prefix here, for TCP has some of the same name.
            own = name.removeprefix("Udp") if names[0] == "Udp:" else name
            if own in names and (names[0] == "Udp:") == name.startswith("Udp"):
                return numbers[names.index(own)]
    return "no such counter"


def end_text(end):
    address, port = end.rsplit(":", 1)
    address = {ADDRESS["A"]: "A", ADDRESS["B"]: "B", "0.0.0.0": "*"}.get(address, address)
    return f"{address}:{port if port == '*' else port_text(int(port))}"


class Stage:
    """Two machines and what is done on them."""

    def __init__(self, sysctl, settle):
        self.settle, self.pending = settle, {}
        self.calls = Calls()
        made = threading.Semaphore(0)
        self.machines = {side: Machine(side, side == "A", lambda _: made.release()) for side in "AB"}
        made.acquire()
        made.acquire()
        self.at("B", lambda: command("ip -batch -", "\n".join([
            "link set lo up",
            f"link add b0 address {MAC['B']} type veth peer name a0 address {MAC['A']} netns {self.machines['A'].thread}",
            f"addr add {ADDRESS['B']}/24 dev b0", "link set b0 up",
            f"neigh replace {ADDRESS['A']} lladdr {MAC['A']} dev b0 nud permanent"])))
        self.at("A", lambda: command("ip -batch -", "\n".join([
            "link set lo up", f"addr add {ADDRESS['A']}/24 dev a0", "link set a0 up",
            f"neigh replace {ADDRESS['B']} lladdr {MAC['B']} dev a0 nud permanent",
            f"neigh replace 10.0.0.9 lladdr {NOBODY} dev a0 nud permanent"])))
        for side in "AB":
            self.at(side, lambda side=side: set_sysctls(sysctl[side]))
            self.machines[side].sniff()
        # Until the two ends of the wire have found out that they are up.
        end = time.monotonic() + 2
        while time.monotonic() < end and not self.at("A", lambda: "state UP" in subprocess.run(
                ["ip", "link", "show", "a0"], text=True, capture_output=True, check=False).stdout):
            time.sleep(0.005)

    def at(self, side, what):
        return self.machines[side].ask(what)

    def neighbour(self, side, lladdr):
        other = "B" if side == "A" else "A"
        device = f"{side.lower()}0"
        self.at(side, lambda: command(f"ip neigh replace {ADDRESS[other]} lladdr {lladdr or MAC[other]} dev {device} nud permanent"))

    def move(self, move):
        if "wait" in move:
            time.sleep(move["wait"] / 1000)
            return {"says": "", "sends": []}
        for machine in self.machines.values():
            machine.take()
        if "network" in move:
            for side in "AB":
                self.neighbour(side, NOBODY if move["network"] == "cut" else None)
            says = ""
        elif "mute" in move:
            self.neighbour(move["mute"], NOBODY)
            says = ""
        elif "look" in move:
            says = self.at(move["on"], ss)
        elif "counter" in move:
            says = self.at(move["on"], lambda: counter(move["counter"]))
        elif "memory" in move:
            says = memory(self.calls.fd(move["memory"]))
        elif "again" in move:
            says = self.stands(move["again"])
        else:
            says = self.call(move)
        if "call" not in move or move["call"]["call"] not in LOCAL:
            time.sleep(self.settle)
        return {"says": says, "sends": self.machines[move["on"]].take() if "on" in move else []}

    def call(self, move):
        answer, done = [], threading.Event()

        def job():
            answer.append(self.calls.make(move["call"]))
            done.set()
        self.machines[move["on"]].run(job)
        done.wait(RETURNS_WITHIN)
        name = move.get("as", "")
        self.pending[name] = (move, answer)
        return self.stands(name)

    def stands(self, name):
        move, answer = self.pending[name]
        if not answer:
            return "blocked"
        value, code, more = answer[0]
        if value < 0:
            return f"= -1 {SPELT.get(errno.errorcode[code], errno.errorcode[code])}"
        call = move["call"]["call"]
        if call in ("pipe", "socketpair"):
            self.calls.names[name] = self.calls.piped
        if call == "socketpair":
            self.calls.names[name + "+"] = self.calls.mate
        if call not in ("socket", "accept", "epollCreate", "dup"):
            return f"= {value}{more}"
        if name:
            self.calls.names[name] = value
        return "= fd"


def set_sysctls(settings):
    """What this kernel lacks or keeps for the whole machine stays as it is."""
    for name, value in settings.items():
        for folder in ("ipv4", "core"):
            path = f"/proc/sys/net/{folder}/{name}"
            if os.path.exists(path):
                try:
                    with open(path, "w", encoding="ascii") as file:
                        file.write("\t".join(map(str, value)) if isinstance(value, list) else str(value))
                except OSError:
                    pass


def play(order):
    """In a child process: both namespaces are gone when it is."""
    signal.alarm(LIMIT_SECONDS)
    if LIBC.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    stage = Stage(order["sysctl"], order["settleMs"] / 1000)
    return [stage.move(move) for move in order["moves"]]


def main():
    for line in sys.stdin:
        order = json.loads(line)
        reading, writing = os.pipe()
        place = tempfile.mkdtemp(prefix="calls-")
        child = os.fork()
        if child == 0:
            try:
                os.chdir(place)
                answer = {"answers": play(order)}
            except Exception as error:  # whatever it is, the other side is told
                answer = {"error": f"{type(error).__name__}: {error} {getattr(error, 'stderr', '')}"}
            with os.fdopen(writing, "w") as out:
                out.write(json.dumps(answer))
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as text:
            said = text.read()
        os.waitpid(child, 0)
        shutil.rmtree(place, True)
        print(said or json.dumps({"error": "the play was ended"}), flush=True)


main()

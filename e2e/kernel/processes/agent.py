"""
Plays stories of descriptors, processes and signals on this kernel. A line of the input is a story as JSON, a line of the output the answers to its moves.

Each story runs in processes of its own: P, and those that it forks, each of which makes the calls that it is told over a channel whose descriptors stand
so high that 3 is the first free one. Calls are made by ctypes, because Python makes a call again that a signal has interrupted. All processes are ended
with the story.
"""
import ctypes
import errno
import json
import os
import platform
import select
import signal
import socket
import struct
import subprocess
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
NAMES = ["P", "C1", "C2"]
FIRST_CHANNEL = 200
# A call that has not returned after this long is blocked.
RETURNS_WITHIN = 0.12
# For what a move sends over loopback.
SETTLE = 0.03
STORY_SECONDS = 20
BITS = [("IN", 1), ("PRI", 2), ("OUT", 4), ("ERR", 8), ("HUP", 0x10), ("NVAL", 0x20), ("RDHUP", 0x2000), ("EXCLUSIVE", 1 << 28),
        ("ONESHOT", 1 << 30), ("ET", 1 << 31)]
FLAGS = {"MSG_OOB": 1, "MSG_PEEK": 2, "MSG_DONTWAIT": 0x40, "MSG_WAITALL": 0x100, "MSG_NOSIGNAL": 0x4000}
HOW = {"SHUT_RD": 0, "SHUT_WR": 1, "SHUT_RDWR": 2}
OPS = {"EPOLL_CTL_ADD": 1, "EPOLL_CTL_DEL": 2, "EPOLL_CTL_MOD": 3}
PACKED = platform.machine() == "x86_64"


class Event(ctypes.Structure):
    _pack_ = 1 if PACKED else 8
    _fields_ = [("events", ctypes.c_uint32), ("data", ctypes.c_uint64)]


class Pollfd(ctypes.Structure):
    _fields_ = [("fd", ctypes.c_int), ("events", ctypes.c_short), ("revents", ctypes.c_short)]


class Timeval(ctypes.Structure):
    _fields_ = [("sec", ctypes.c_long), ("usec", ctypes.c_long)]


def mask(text):
    names = [it.replace("EPOLL", "").replace("POLL", "") for it in str(text).split("|")]
    return sum(bit for name, bit in BITS if name in names)


def words(bits):
    return "|".join(name for name, bit in BITS if bits & bit) or "0"


def says(value):
    return "= %d" % value if value >= 0 else "= -1 " + errno.errorcode[ctypes.get_errno()]


def address(port):
    return struct.pack("=H", socket.AF_INET) + struct.pack(">H", port) + socket.inet_aton("127.0.0.1") + bytes(8)


def flags(call):
    return sum(FLAGS[it] for it in call.get("flags", []))


def do_select(call):
    sets = []
    for name in ("read", "write", "except"):
        bits = (ctypes.c_uint64 * 16)()
        for fd in call.get(name, []):
            bits[fd // 64] |= 1 << (fd % 64)
        sets.append(bits)
    highest = max([-1] + [fd for name in ("read", "write", "except") for fd in call.get(name, [])])
    ms = call["timeoutMs"]
    limit = Timeval(ms // 1000, ms % 1000 * 1000)
    value = LIBC.select(call.get("nfds", highest + 1), *[ctypes.byref(it) for it in sets], None if ms < 0 else ctypes.byref(limit))
    if value < 0:
        return says(value)
    found = ["".join(" %d" % fd for fd in range(1024) if it[fd // 64] >> (fd % 64) & 1) for it in sets]
    return "= %d r%s w%s e%s" % (value, *found)


def do_poll(call):
    asked = (Pollfd * len(call["fds"]))(*[Pollfd(it["fd"], mask(it["events"]), 0) for it in call["fds"]])
    value = LIBC.poll(asked, len(call["fds"]), call["timeoutMs"])
    return says(value) if value < 0 else "= %d %s" % (value, " ".join("%d:%s" % (it.fd, words(it.revents)) for it in asked))


def do_wait(call):
    events = (Event * max(1, call["most"]))()
    value = LIBC.epoll_wait(call["fd"], events, call["most"], call["timeoutMs"])
    if value < 0:
        return says(value)
    return "= %d%s" % (value, "".join(" %d:%s" % (events[i].data, words(events[i].events)) for i in range(value)))


def do_waitpid(call, pids):
    asked = -1 if call["pid"] == -1 else pids[call["pid"]]
    status = ctypes.c_int()
    value = LIBC.waitpid(asked, ctypes.byref(status), 1 if call.get("nohang") else 0)
    if value <= 0:
        return says(value)
    name = next(it for it in pids if pids[it] == value)
    code = status.value
    how = "killed by " + signal.Signals(code & 0x7F).name if os.WIFSIGNALED(code) else "exited %d" % os.WEXITSTATUS(code)
    return "= %s, %s" % (name, how)


def make(call, pids):
    name, fd = call["call"], call.get("fd")
    if name == "socket":
        return says(LIBC.socket(socket.AF_INET, socket.SOCK_STREAM, 0))
    if name in ("bind", "connect"):
        port = call["port"]
        return says(getattr(LIBC, name)(fd, address(port), 16))
    if name == "listen":
        return says(LIBC.listen(fd, call["backlog"]))
    if name == "accept":
        return says(LIBC.accept(fd, None, None))
    if name == "send":
        data = call["text"].encode() if "text" in call else bytes(call["bytes"])
        return says(LIBC.send(fd, data, len(data), flags(call)))
    if name == "recv":
        return says(LIBC.recv(fd, ctypes.create_string_buffer(call["bytes"]), call["bytes"], flags(call)))
    if name == "shutdown":
        return says(LIBC.shutdown(fd, HOW[call["how"]]))
    if name == "close":
        return says(LIBC.close(fd))
    if name == "dup":
        return says(LIBC.dup(fd))
    if name == "dup2":
        return says(LIBC.dup2(fd, call["to"]))
    if name == "fcntl":
        return says(LIBC.fcntl(fd, 4, 0o4000 if call["nonblock"] else 0))
    if name == "setsockopt":
        value = call["value"]
        if call["option"] == "SO_RCVTIMEO":
            raw, number = struct.pack("ll", value // 1000, value % 1000 * 1000), 20
        elif call["option"] == "SO_LINGER":
            raw, number = struct.pack("ii", int(value >= 0), max(0, value)), 13
        else:
            raw, number = struct.pack("i", value), {"SO_RCVLOWAT": 18}[call["option"]]
        return says(LIBC.setsockopt(fd, 1, number, raw, len(raw)))
    if name == "select":
        return do_select(call)
    if name == "poll":
        return do_poll(call)
    if name == "epollCreate":
        return says(LIBC.epoll_create1(0))
    if name == "epollCtl":
        event = Event(mask(call["events"]), call["target"])
        return says(LIBC.epoll_ctl(fd, OPS[call["op"]], call["target"], ctypes.byref(event)))
    if name == "epollWait":
        return do_wait(call)
    if name == "signal":
        number = getattr(signal, call["signal"])
        action = {"SIG_IGN": signal.SIG_IGN, "SIG_DFL": signal.SIG_DFL}.get(call["action"], lambda *_: None)
        signal.signal(number, action)
        if call["action"] == "handler":
            signal.siginterrupt(number, not call.get("restart", False))
        return "= 0"
    if name == "kill":
        return says(LIBC.kill(pids.get(call["pid"], 999999), getattr(signal, call["signal"])))
    if name == "waitpid":
        return do_waitpid(call, pids)
    if name == "exit":
        os._exit(call.get("status", 0))
    raise ValueError(name)


def tell(name, answer):
    os.write(FIRST_CHANNEL + NAMES.index(name), json.dumps(answer).encode() + b"\n")


def hear(fd):
    text = b""
    while not text.endswith(b"\n"):
        text += os.read(fd, 65536)
    return json.loads(text)


def serve(name, pids):
    """A process of the story: makes the calls it is told, for ever."""
    while True:
        order = hear(FIRST_CHANNEL + NAMES.index(name))
        pids.update(order["pids"])
        call = order["call"]
        if call["call"] == "fork":
            child = NAMES[len(pids)]
            pid = os.fork()
            if pid == 0:
                name = child
                pids[name] = os.getpid()
                continue
            pids[child] = pid
            tell(name, {"says": "= " + child, "pids": pids})
        else:
            tell(name, {"says": make(call, pids), "pids": pids})


def gone(pid):
    """A zombie is gone, too: what is asked of the kernel is a descriptor of the process, since /proc may be another namespace's."""
    try:
        watched = os.pidfd_open(pid)
    except OSError:
        return True
    ready, _, _ = select.select([watched], [], [], 0)
    os.close(watched)
    return bool(ready)


def answer(ours, pids, name):
    ready, _, _ = select.select([ours[name]], [], [], RETURNS_WITHIN)
    if not ready:
        return "gone" if gone(pids[name]) else "blocked"
    told = hear(ours[name])
    pids.update(told["pids"])
    return told["says"]


def play(moves):
    os.setpgid(0, 0)
    # Ports that an earlier story left in TIME-WAIT are none of this one's.
    if LIBC.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    ours = {}
    for place, name in enumerate(NAMES):
        here, there = socket.socketpair()
        os.dup2(there.fileno(), FIRST_CHANNEL + place)
        os.dup2(here.fileno(), FIRST_CHANNEL + 20 + place)
        ours[name] = FIRST_CHANNEL + 20 + place
        here.close()
        there.close()
    for fd in range(3, FIRST_CHANNEL):
        try:
            os.close(fd)
        except OSError:
            pass
    pid = os.fork()
    if pid == 0:
        serve("P", {"P": os.getpid()})
    pids = {"P": pid}
    answers = []
    for move in moves:
        if "again" in move:
            answers.append(answer(ours, pids, move["again"]))
            continue
        os.write(ours[move["on"]], json.dumps({"call": move["call"], "pids": pids}).encode() + b"\n")
        answers.append(answer(ours, pids, move["on"]))
        time.sleep(SETTLE)
    return answers


def main():
    for line in sys.stdin:
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.dup2(write, FIRST_CHANNEL + 50)
            signal.alarm(STORY_SECONDS)
            try:
                told = {"answers": play(json.loads(line))}
            except BaseException as wrong:  # whatever it is, the reader is told
                told = {"error": repr(wrong)}
            os.write(FIRST_CHANNEL + 50, json.dumps(told).encode())
            os._exit(0)
        os.close(write)
        ready, _, _ = select.select([read], [], [], STORY_SECONDS + 2)
        text = os.read(read, 1 << 20) if ready else b""
        try:
            os.killpg(pid, signal.SIGKILL)
        except OSError:
            pass
        os.waitpid(pid, 0)
        os.close(read)
        print(text.decode() or '{"error": "no answer"}', flush=True)


main()

"""Records one Linux kernel sending bulk data to another through a simulated link, in namespaces that end with this process.

Two TUN devices, one in each namespace, are joined here by a link with a rate, a delay and a drop-tail queue, as `src/network` has it;
single data segments may be dropped by their number, or at random. Written is what the sender saw and did: a row for each
acknowledgment that reached it, with the values of the tcp_probe tracepoint, which are those before the segment is processed.

Run it in a process tree of its own, with a limit, as root and with tracefs mounted, before other work (chrt): on a machine that makes it wait,
packets come in bursts and ticks come late, and what is recorded is the machine:
  timeout -k 5 60 unshare -nmpf --kill-child --propagation unchanged chrt -f 20 python3 e2e/kernel/record.py --out src/testing/recordings/x.csv ...
The sender's queue holds megabytes from the start (--wmem), so that what is recorded depends on the kernel and not on the program.
"""
import argparse
import collections
import ctypes
import fcntl
import json
import os
import random
import re
import select
import signal
import socket
import struct
import subprocess
import time

LIBC = ctypes.CDLL(None, use_errno=True)
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG, PR_SET_TIMERSLACK = 1, 29
PORT = 5001
SENDER, RECEIVER = "10.9.0.1", "10.9.0.2"
INFINITE = 0x7FFFFFFF


def arguments():
    options = argparse.ArgumentParser()
    options.add_argument("--out", required=True)
    options.add_argument("--congestion", default="reno")
    options.add_argument("--rate", type=float, default=10e6, help="bit/s, both ways")
    options.add_argument("--delay", type=float, default=10, help="ms, each way")
    options.add_argument("--queue", type=int, default=100, help="packets that may wait")
    options.add_argument("--mtu", type=int, default=1500)
    options.add_argument("--seconds", type=float, default=10)
    options.add_argument("--drop", default="", help="numbers of data segments, first transmissions and others counted alike")
    options.add_argument("--drop-again", default="", help="numbers of retransmissions")
    options.add_argument("--loss", type=float, default=0)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--sysctl", action="append", default=[])
    options.add_argument("--wmem", default="4096 16777216 16777216")
    options.add_argument("--rows", type=int, default=1 << 30, help="acknowledgments to write at most")
    options.add_argument("--tracefs", default="/sys/kernel/tracing")
    return options.parse_args()


def end_of_wire(args, address, peer, channel, program):
    """A namespace with a TUN device, whose descriptor goes to the parent, and a program in it."""
    pid = os.fork()
    if pid:
        return pid
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    LIBC.unshare(CLONE_NEWNET)
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", b"tun0", IFF_TUN | IFF_NO_PI))
    for command in (
        "ip link set lo up",
        f"ip addr add {address} peer {peer} dev tun0",
        f"ip link set tun0 mtu {args.mtu} txqueuelen 10000 up",
    ):
        subprocess.run(command, shell=True, check=True)
    for setting in ["net.ipv4.tcp_no_metrics_save=1", f"net.ipv4.tcp_wmem={args.wmem}", *args.sysctl]:
        name, value = setting.split("=", 1)
        with open("/proc/sys/" + name.replace(".", "/"), "w", encoding="ascii") as file:
            file.write(value)
    socket.send_fds(channel, [b"tun"], [tun])
    program(args, channel)
    os._exit(0)


def send(args, channel):
    channel.recv(1)
    conn = socket.socket()
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, args.congestion.encode())
    conn.connect((RECEIVER, PORT))
    conn.settimeout(0.5)
    until = time.monotonic() + args.seconds
    data = bytes(65536)
    while time.monotonic() < until:
        try:
            conn.send(data)
        except TimeoutError:
            pass
    channel.send(b"done")
    time.sleep(1)


def receive(_args, channel):
    listener = socket.socket()
    listener.bind((RECEIVER, PORT))
    listener.listen(1)
    channel.send(b"ready")
    conn, _ = listener.accept()
    while conn.recv(1 << 20):
        pass


class Trace:
    """An instance of tracefs of our own, with the two events that are wanted."""

    def __init__(self, root):
        self.path = f"{root}/instances/record{os.getpid()}"
        os.mkdir(self.path)
        self.write("buffer_size_kb", "20000")
        self.write("trace_clock", "mono")
        self.write("events/tcp/tcp_probe/filter", f"dport=={PORT}")
        self.write("events/tcp/tcp_probe/enable", "1")

    def write(self, name, value):
        with open(f"{self.path}/{name}", "w", encoding="ascii") as file:
            file.write(value)

    def probes(self, port):
        self.write("events/enable", "0")
        with open(f"{self.path}/trace", encoding="ascii") as file:
            lines = [line for line in file if "tcp_probe:" in line and f"src={SENDER}:{port} " in line]
        os.rmdir(self.path)
        names = ("snd_nxt", "snd_una", "snd_cwnd", "ssthresh", "srtt")
        return [{name: int(re.search(rf" {name}=(\S+)", line)[1], 0) for name in names} for line in lines]


def numbers(text):
    return {int(one) for one in text.split(",") if one}


def carry(args, tuns, done):
    """The link. Returns what passed at the sender's end: (ns, into the kernel?, packet)."""
    drop, drop_again, chance = numbers(args.drop), numbers(args.drop_again), random.Random(args.seed)
    flying = (collections.deque(), collections.deque())
    waiting = (collections.deque(), collections.deque())
    busy, count, again, highest, log = [0, 0], 0, 0, None, []
    nanos_per_byte, delay = 8e9 / args.rate, int(args.delay * 1e6)
    clock = time.monotonic_ns
    end = clock() + int((args.seconds + 3) * 1e9)
    while clock() < end:
        due = end
        for side in (0, 1):
            while flying[side] and flying[side][0][0] <= clock():
                packet = flying[side].popleft()[1]
                if side == 1:
                    log.append((clock(), True, packet))
                os.write(tuns[1 - side], packet)
            if flying[side]:
                due = min(due, flying[side][0][0])
        ready, _, _ = select.select([*tuns, done], [], [], max(0, (due - clock()) / 1e9))
        if done in ready:
            break
        for side in (0, 1):
            if tuns[side] not in ready:
                continue
            packet, now, lost = os.read(tuns[side], 65536), clock(), False
            if packet[0] >> 4 != 4 or packet[9] != 6:
                continue
            head = 20 + (packet[32] >> 4) * 4
            if side == 0:
                log.append((now, False, packet))
                if len(packet) > head:
                    count += 1
                    seq = struct.unpack(">I", packet[24:28])[0]
                    if highest is not None and (seq - highest) & 0x80000000:
                        again += 1
                        lost = again in drop_again
                    else:
                        highest = (seq + len(packet) - head) & 0xFFFFFFFF
                    lost = lost or count in drop or chance.random() < args.loss
            while waiting[side] and waiting[side][0] <= now:
                waiting[side].popleft()
            if lost or (busy[side] > now and len(waiting[side]) >= args.queue):
                continue
            start = max(now, busy[side])
            busy[side] = start + int(len(packet) * nanos_per_byte)
            if start > now:
                waiting[side].append(start)
            flying[side].append((busy[side] + delay, packet))
    return log


def options(packet):
    """MSS, window scale, SACK permitted, TSval, TSecr and SACK blocks of a segment."""
    found, at, end = {"sacks": []}, 40, 20 + (packet[32] >> 4) * 4
    while at < end and packet[at] != 0:
        if packet[at] == 1:
            at += 1
            continue
        kind, length = packet[at], packet[at + 1]
        body = packet[at + 2:at + length]
        if kind == 2:
            found["mss"] = struct.unpack(">H", body)[0]
        elif kind == 3:
            found["scale"] = body[0]
        elif kind == 4:
            found["sackPermitted"] = True
        elif kind == 5:
            found["sacks"] = list(struct.iter_unpack(">II", body))
        elif kind == 8:
            found["value"], found["echo"] = struct.unpack(">II", body)
        at += length
    return found


def write(args, log, probes):
    start, _, syn = log[0]
    iss = struct.unpack(">I", syn[24:28])[0]
    first = options(syn)
    answer_at, _, answer = next(one for one in log if one[1])
    meta = {
        "kernel": os.uname().release, "congestion": args.congestion, "mtu": args.mtu,
        "link": f"{args.rate:.0f} bit/s, {args.delay:g} ms each way, {args.queue} packets waiting",
        "losses": " ".join(filter(None, [
            args.drop and f"data segments {args.drop}", args.drop_again and f"retransmissions {args.drop_again}",
            args.loss and f"{args.loss:g} of all data segments at random"])) or "only the queue's",
        "sysctl": args.sysctl,
        # Phase of the kernel's clocks, which count from its start: us of the SYN.
        "synAt": start // 1000, "hz": 250,
        "answerAfter": (answer_at - start) // 1000, "answerWindow": struct.unpack(">H", answer[34:36])[0],
        **{name: options(answer).get(name) for name in ("mss", "scale", "sackPermitted")},
        "timestamps": "value" in first,
    }
    rows, before, una, highest, index = [], answer_at // 1000, 1, 1, 0
    for at, inward, packet in log:
        head = 20 + (packet[32] >> 4) * 4
        seq, ack = struct.unpack(">II", packet[24:32])
        if inward:
            if packet[33] & 2:
                continue
            if index == min(len(probes), args.rows):
                break
            said, found = probes[index], options(packet)
            index += 1
            now, ack = at // 1000, (ack - iss) & 0xFFFFFFFF
            relative = lambda edge: (edge - iss - ack) & 0xFFFFFFFF if (edge - iss - ack) & 0x80000000 == 0 else -((ack - edge + iss) & 0xFFFFFFFF)
            rows.append([
                now - before, ack - una, struct.unpack(">H", packet[34:36])[0],
                (found["echo"] - first["value"]) & 0xFFFFFFFF if "echo" in found else "",
                " ".join(f"{relative(left)}:{relative(right)}" for left, right in found["sacks"]),
                said["snd_cwnd"], "" if said["ssthresh"] == INFINITE else said["ssthresh"],
                (said["snd_nxt"] - said["snd_una"]) & 0xFFFFFFFF, [],
            ])
            before, una = now, ack
        elif len(packet) > head:
            at_seq = (seq - iss) & 0xFFFFFFFF
            if at_seq < highest and rows:
                rows[-1][-1].append(str(at_seq - una))
            highest = max(highest, at_seq + len(packet) - head)
    with open(args.out, "w", encoding="ascii") as file:
        file.write(f"# {json.dumps(meta)}\n")
        file.write("# us since the row before, bytes acked, window field, TSecr since the SYN's, SACK blocks beyond the ACK | before it: cwnd, "
                   "ssthresh, flight bytes | sent again after it, beyond the ACK\n")
        for row in rows:
            file.write(",".join(str(one) for one in [*row[:-1], " ".join(row[-1])]) + "\n")
    print(f"{args.out}: {len(rows)} acknowledgments")


def main():
    args = arguments()
    LIBC.prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)
    channels = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2)]
    children = [
        end_of_wire(args, SENDER, RECEIVER, channels[0][1], send),
        end_of_wire(args, RECEIVER, SENDER, channels[1][1], receive),
    ]
    tuns = [socket.recv_fds(channel[0], 8, 1)[1][0] for channel in channels]
    channels[1][0].recv(8)
    trace = Trace(args.tracefs)
    channels[0][0].send(b"g")
    log = carry(args, tuns, channels[0][0])
    probes = trace.probes(struct.unpack(">H", log[0][2][20:22])[0])
    for child in children:
        os.kill(child, signal.SIGKILL)
    write(args, log, probes)


main()

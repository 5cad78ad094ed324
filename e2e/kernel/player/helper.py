"""The real kernel's side of a packetdrill script.

Started in a fresh network namespace, it opens a TUN device and then does what the player (channel.ts) orders, one order a line of JSON on
standard input, one answer a line on standard output. It has no idea of the script: it sends packets, makes system calls
(each in a thread, because it may block), sets sysctls, runs commands, and tells what happened meanwhile: packets that the kernel
sent and calls that returned, each with its moment in microseconds since the order "start".
"""
import argparse
import fcntl
import json
import os
import queue
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from calls import Caller  # pylint: disable=wrong-import-position

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI, IFF_VNET_HDR = 0x0001, 0x1000, 0x4000
# struct virtio_net_hdr: flags, gso_type, hdr_len, gso_size, csum_start, csum_offset.
VNET = struct.Struct("=BBHHHH")
GSO_NONE, GSO_TCPV4 = 0, 1


class Helper:
    def __init__(self, args):
        self.start = time.monotonic_ns()
        # What happened and was not told yet; whoever adds to it notifies.
        self.news = threading.Condition()
        self.happened = []
        # Threads that wait for a call to make.
        self.idle = []
        self.tun = os.open("/dev/net/tun", os.O_RDWR)
        # Segments of which longer packets are said to be made, as a device with GRO says it; 0: packets are what they are.
        self.mss = args.mss
        flags = IFF_TUN | IFF_NO_PI | (IFF_VNET_HDR if self.mss else 0)
        fcntl.ioctl(self.tun, TUNSETIFF, struct.pack("16sH", b"tun0", flags))
        self.caller = Caller(args.local, args.remote)
        batch = f"""link set lo up
addr add {args.local}/16 dev tun0
link set tun0 mtu {args.mtu} txqueuelen 10000 up
route add default dev tun0
"""
        said = run(["ip", "-batch", "-"], batch)[1]
        if said:
            sys.stderr.write(said)
        threading.Thread(target=self.read_packets, daemon=True).start()

    def now(self):
        return (time.monotonic_ns() - self.start) // 1000

    def tell(self, news):
        with self.news:
            self.happened.append(news)
            self.news.notify_all()

    def read_packets(self):
        while True:
            packet = os.read(self.tun, 1 << 16)[VNET.size if self.mss else 0:]
            self.tell({"kind": "packet", "at": self.now(), "bytes": packet.hex()})

    def take(self):
        """What happened since it was last asked; the condition is held."""
        happened, self.happened = self.happened, []
        return {"now": self.now(), "happened": happened}

    def op_start(self, _):
        with self.news:
            self.start = time.monotonic_ns()
            self.happened = []
        return {"now": 0, "happened": []}

    def op_wait(self, order):
        """Until the moment `until`, or until something happens."""
        with self.news:
            while not self.happened:
                left = (order["until"] - self.now()) / 1e6
                if left <= 0:
                    break
                self.news.wait(left)
            return self.take()

    def op_send(self, order):
        try:
            packet = bytes.fromhex(order["bytes"])
            os.write(self.tun, self.merged(packet) + packet)
        except OSError as error:
            return {"error": f"the device refuses the packet: {error}"}
        return {}

    def merged(self, packet):
        """The header that says how many segments a packet was."""
        if not self.mss:
            return b""
        tcp = (packet[0] & 15) * 4
        headers = tcp + (packet[tcp + 12] >> 4) * 4
        if len(packet) - headers <= self.mss:
            return VNET.pack(0, GSO_NONE, 0, 0, 0, 0)
        # No length of headers: it would decide how the kernel lays the packet out in memory, and so what a receiver is charged.
        return VNET.pack(0, GSO_TCPV4, 0, self.mss, 0, 0)

    def op_call(self, order):
        """
        Makes a call in a thread. One that must not block is awaited for `wait` seconds; one that may is only seen into the kernel. What is not
        back by then is told later, like all else that happens.
        """
        job = {"order": order, "entered": threading.Event(), "done": threading.Event(), "answer": None, "late": False}
        if self.idle:
            self.idle.pop().put(job)
        else:
            threading.Thread(target=self.make_calls, args=(job,), daemon=True).start()
        if order["wait"] > 0:
            job["done"].wait(order["wait"])
        else:
            job["entered"].wait()
            time.sleep(0.0005)
        with self.news:
            job["late"] = job["answer"] is None
            return {"returned": job["answer"]} if job["answer"] else {}

    def make_calls(self, job):
        """A thread that makes calls, one after the other."""
        jobs = queue.SimpleQueue()
        while True:
            order = job["order"]
            job["entered"].set()
            answer = self.caller.make(order["name"], order["args"], order["result"])
            answer = {"kind": "return", "at": self.now(), "id": order["id"], **answer}
            with self.news:
                job["answer"] = answer
                self.idle.append(jobs)
                if job["late"]:
                    self.happened.append(answer)
                    self.news.notify_all()
            job["done"].set()
            job = jobs.get()

    def op_info(self, order):
        return self.caller.info(order["fd"])

    def op_sysctl(self, order):
        for folder in ("ipv4", "core", "mptcp", "ipv6"):
            path = f"/proc/sys/net/{folder}/{order['name']}"
            if os.path.exists(path):
                try:
                    with open(path, "w", encoding="ascii") as file:
                        file.write(order["value"])
                    if order["name"] == "tcp_congestion_control":
                        self.caller.congestion = None
                    return {}
                except OSError as error:
                    # The default of a namespace may only be what the machine allows to everyone; a socket's own may be any.
                    if order["name"] == "tcp_congestion_control":
                        self.caller.congestion = order["value"].encode()
                        return {}
                    return {"error": str(error)}
        return {"error": "no such setting in this namespace"}

    def op_sh(self, order):
        status, output = run(["sh", "-c", order["command"]])
        return {"status": status, "output": output}


def run(command, text=""):
    done = subprocess.run(command, input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode(errors="replace")


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--local", required=True)
    options.add_argument("--remote", required=True)
    options.add_argument("--mtu", type=int, default=1500)
    options.add_argument("--mss", type=int, default=0)
    try:
        # Others that keep the machine busy must not make packets late.
        os.nice(-15)
    except OSError:
        pass
    sys.setswitchinterval(0.0005)
    helper = Helper(options.parse_args())
    orders = os.fdopen(0, "r", buffering=1 << 16)
    for line in orders:
        order = json.loads(line)
        answer = getattr(helper, "op_" + order["op"])(order)
        os.write(1, (json.dumps(answer) + "\n").encode())
    os._exit(0)


main()

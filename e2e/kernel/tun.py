"""One end of a wire to a real Linux kernel.

Started inside a fresh network namespace, it opens a TUN device, gives it an address, and relays raw IPv4 packets between the
device and its own standard input and output, because Node cannot issue the ioctl that a TUN device needs. It can
also start one program in the namespace (the other application) and report what that printed.

Frames, both ways: u32 length of what follows, u8 kind, u64 CLOCK_MONOTONIC in ns, body.
Kind 0: a packet. Kind 1: a line that the program printed. Kind 2: the program ended, body is its exit code.
From Node, kind 3: run this shell command in the namespace and answer with kind 4 and its output.
"""
import argparse
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
HEAD = struct.Struct(">IBQ")


def sh(command):
    return subprocess.run(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout


def write_all(fd, data):
    while data:
        data = data[os.write(fd, data):]


def frame(kind, body):
    return HEAD.pack(9 + len(body), kind, time.monotonic_ns()) + body


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--address", required=True)
    options.add_argument("--peer", required=True)
    options.add_argument("--mtu", type=int, default=1500)
    options.add_argument("--sysctl", action="append", default=[])
    options.add_argument("--run", default="")
    args = options.parse_args()

    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", b"tun0", IFF_TUN | IFF_NO_PI))
    for command in (
        "ip link set lo up",
        f"ip addr add {args.address} peer {args.peer} dev tun0",
        f"ip link set tun0 mtu {args.mtu} txqueuelen 10000 up",
        "ip route add default dev tun0",
    ):
        said = sh(command)
        if said:
            sys.stderr.write(f"{command}: {said.decode()}")
    for setting in args.sysctl:
        name, value = setting.split("=", 1)
        with open("/proc/sys/" + name.replace(".", "/"), "w", encoding="ascii") as file:
            file.write(value)

    program = None
    if args.run:
        program = subprocess.Popen(args.run, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    relay(tun, program)


def relay(tun, program):
    poll = select.poll()
    poll.register(tun, select.POLLIN)
    poll.register(0, select.POLLIN)
    if program:
        poll.register(program.stdout.fileno(), select.POLLIN)
    pending = b""
    while True:
        for fd, _ in poll.poll(1000):
            if fd == tun:
                write_all(1, frame(0, os.read(tun, 65536)))
            elif fd == 0:
                data = os.read(0, 1 << 20)
                if not data:
                    return
                pending = take(tun, pending + data)
            else:
                said = os.read(fd, 65536)
                if said:
                    write_all(1, frame(1, said))
                else:
                    poll.unregister(fd)
                    write_all(1, frame(2, str(program.wait()).encode()))


def take(tun, data):
    while len(data) >= 4:
        (length,) = struct.unpack_from(">I", data)
        if len(data) < 4 + length:
            break
        kind, body = data[4], data[13:4 + length]
        data = data[4 + length:]
        if kind == 0:
            try:
                os.write(tun, body)
            except OSError as error:
                sys.stderr.write(f"tun write: {error}\n")
        elif kind == 3:
            write_all(1, frame(4, sh(body.decode())))
    return data


main()

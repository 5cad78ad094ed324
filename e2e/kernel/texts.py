"""
Conversations on a real kernel, and what its tools say of them: one situation for each port, both ends in one namespace on a loopback interface with an
Ethernet's MTU. Prints one JSON object: for each command its output, to a pipe and to a terminal of 120 columns. Nothing here outlives the process.
"""
import json
import os
import socket
import subprocess
import sys
import time

open_sockets = []


def sh(command):
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=20)
    return done.stdout


def listen(port, backlog=5, setup=lambda s: None):
    s = socket.socket()
    setup(s)
    s.bind(("127.0.0.1", port))
    s.listen(backlog)
    return s


def connect(port, setup=lambda s: None, wait=True):
    s = socket.socket()
    setup(s)
    s.setblocking(wait)
    try:
        s.connect(("127.0.0.1", port))
    except BlockingIOError:
        pass
    open_sockets.append(s)
    return s


def pair(port, client=lambda s: None, server=lambda s: None):
    listener = listen(port, 5, server)
    c = connect(port, client)
    s, _ = listener.accept()
    listener.close()
    open_sockets.append(s)
    time.sleep(0.02)
    return c, s


def cut(rule):
    sh("iptables -A INPUT -p tcp " + rule + " -j DROP")


def unread():
    c, s = pair(7001)
    c.send(b"x" * 500)


def full_queue():
    listener = listen(7002, 1)
    open_sockets.append(listener)
    connect(7002)
    connect(7002)
    time.sleep(0.02)
    connect(7002, wait=False)


def fin_unread():
    c, s = pair(7003)
    c.send(b"x" * 100)
    c.close()
    time.sleep(0.02)
    s.recv(50)


def fin_read():
    c, s = pair(7004)
    c.send(b"x" * 100)
    c.close()
    time.sleep(0.02)
    while s.recv(1000):
        pass


def fin_after_exact_read():
    c, s = pair(7005)
    c.send(b"x" * 100)
    time.sleep(0.02)
    s.recv(100)
    c.close()


def time_wait():
    c, s = pair(7006)
    c.shutdown(socket.SHUT_WR)
    time.sleep(0.02)
    s.close()


def keepalive():
    pair(7007, lambda c: (c.setsockopt(1, 9, 1), c.setsockopt(6, 4, 90)))


def long_linger():
    c, s = pair(7008, lambda c: c.setsockopt(6, 8, 100))
    c.close()


def unacknowledged():
    c, s = pair(7009)
    cut("--dport 7009")
    c.send(b"x" * 3000)


def fin_wait_1():
    c, s = pair(7010)
    cut("--dport 7010")
    c.close()


def last_ack():
    c, s = pair(7011)
    c.shutdown(socket.SHUT_WR)
    time.sleep(0.02)
    cut("--sport 7011")
    s.close()


def syn_received():
    open_sockets.append(listen(7012))
    cut("--sport 7012 --tcp-flags SYN,ACK SYN,ACK")
    connect(7012, wait=False)


def duplicated():
    c, s = pair(7013)
    open_sockets.append(socket.socket(fileno=os.dup(c.fileno())))


def deferred():
    open_sockets.append(listen(7014, 5, lambda l: l.setsockopt(6, 9, 5)))
    connect(7014)


def zero_window():
    c, s = pair(7015, lambda c: None, lambda l: l.setsockopt(1, 8, 2304))
    c.setblocking(False)
    try:
        for _ in range(20):
            c.send(b"x" * 1000)
            time.sleep(0.05)
    except BlockingIOError:
        pass


SITUATIONS = [unread, full_queue, fin_unread, fin_read, fin_after_exact_read, time_wait, keepalive, long_linger, unacknowledged, fin_wait_1, last_ack, syn_received, duplicated, deferred, zero_window]


def main():
    sh("ip link set lo mtu 1500 up")
    for name, value in (("tcp_sack", "1"), ("tcp_timestamps", "1"), ("tcp_congestion_control", "reno"), ("tcp_syncookies", "0")):
        sh("sysctl -w net.ipv4.%s=%s" % (name, value))
    for situation in SITUATIONS:
        situation()
    time.sleep(0.1)
    out = {}
    for command in json.loads(sys.argv[1]):
        out[command] = sh(command)
        out["tty " + command] = sh("script -qec 'stty cols 120; %s' /dev/null" % command)
    print(json.dumps(out))


main()

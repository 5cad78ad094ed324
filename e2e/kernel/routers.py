"""Three hosts on the real kernel: client - router - server, each a network namespace of its own, joined by veth pairs. Prints what connect() said in each
situation, and what the client learned of the path, as one JSON object. To be run in fresh network and mount namespaces, which take all of it with them."""
import json
import os
import subprocess
import sys
import time

CLIENT, ROUTER, SERVER = 'client', 'router', 'server'
CONNECT = '''
import errno, signal, socket, sys, time
class Late(Exception): pass
def late(*_): raise Late
signal.signal(signal.SIGALRM, late)
signal.alarm(int(sys.argv[2]))
s = socket.socket()
t = time.monotonic()
try:
    s.connect((sys.argv[1], 80))
    said = '0'
except Late:
    said = 'blocked'
except OSError as e:
    said = errno.errorcode[e.errno]
print(said, time.monotonic() - t)
'''
SINK = '''
import socket
s = socket.socket()
s.bind(('0.0.0.0', 8080)); s.listen(5); print('up', flush=True)
c, _ = s.accept()
while c.recv(65536): pass
'''
UPLOAD = '''
import socket, struct, sys, time
s = socket.socket()
s.connect((sys.argv[1], 8080))
s.send(b'x' * 20000)
time.sleep(0.5)
TCP_INFO = 11
info = s.getsockopt(socket.IPPROTO_TCP, TCP_INFO, 104)
snd_mss = struct.unpack_from('I', info, 16)[0]
pmtu = struct.unpack_from('I', info, 60)[0]
print(snd_mss, pmtu)
'''


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        sys.exit(f'{" ".join(words)}: {done.stderr}')
    return done.stdout


def ip(where, words):
    return run('ip', '-n', where, *words.split())


def inside(where, code, *words):
    return run('ip', 'netns', 'exec', where, sys.executable, '-c', code, *words)


def connect(address, patience=5):
    said, took = inside(CLIENT, CONNECT, address, str(patience)).split()
    return {'said': said, 'seconds': float(took)}


def build():
    os.makedirs('/run/netns', exist_ok=True)
    run('mount', '-t', 'tmpfs', 'none', '/run/netns')
    for name in (CLIENT, ROUTER, SERVER):
        run('ip', 'netns', 'add', name)
        ip(name, 'link set lo up')
    ip(CLIENT, f'link add eth0 type veth peer name eth0 netns {ROUTER}')
    ip(ROUTER, f'link add eth1 type veth peer name eth0 netns {SERVER}')
    for name, device, address in (
        (CLIENT, 'eth0', '192.168.1.2/24'),
        (ROUTER, 'eth0', '192.168.1.1/24'),
        (ROUTER, 'eth1', '192.168.2.1/24'),
        (SERVER, 'eth0', '192.168.2.2/24'),
    ):
        ip(name, f'addr add {address} dev {device}')
        ip(name, f'link set {device} up')
    ip(CLIENT, 'route add default via 192.168.1.1')
    ip(SERVER, 'route add default via 192.168.2.1')
    run('ip', 'netns', 'exec', ROUTER, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')


def main():
    build()
    said = {}
    said['nobody listens'] = connect('192.168.2.2')
    said["nobody on the router's other link"] = connect('192.168.2.77')
    said['nobody on the own link'] = connect('192.168.1.77')
    said['the router knows no way'] = connect('203.0.113.9')
    for kind in ('unreachable', 'prohibit', 'blackhole'):
        ip(ROUTER, f'route add {kind} 203.0.113.0/24')
        # The last errors have used up what may be sent to one destination.
        time.sleep(3)
        said[f'the router has a route of type {kind}'] = connect('203.0.113.9')
        ip(ROUTER, f'route del {kind} 203.0.113.0/24')
    ip(ROUTER, 'route add 203.0.113.0/24 via 192.168.2.2')
    run('ip', 'netns', 'exec', SERVER, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
    time.sleep(3)
    said['two routers point at each other'] = connect('203.0.113.9')
    ip(CLIENT, 'route del default')
    said['the host knows no way'] = connect('203.0.113.9')
    for kind in ('unreachable', 'prohibit', 'blackhole'):
        ip(CLIENT, f'route add {kind} 203.0.113.0/24')
        said[f'the host has a route of type {kind}'] = connect('203.0.113.9')
        ip(CLIENT, f'route del {kind} 203.0.113.0/24')
    ip(CLIENT, 'route add default via 192.168.1.1')
    ip(ROUTER, 'link set eth1 mtu 1280')
    sink = subprocess.Popen(
        ['ip', 'netns', 'exec', SERVER, sys.executable, '-c', SINK], stdout=subprocess.PIPE, text=True
    )
    sink.stdout.readline()
    mss, pmtu = inside(CLIENT, UPLOAD, '192.168.2.2').split()
    sink.wait(timeout=20)
    route = ip(CLIENT, 'route get 192.168.2.2')
    print(json.dumps({'said': said, 'mss': int(mss), 'pmtu': int(pmtu), 'route': route}))


main()

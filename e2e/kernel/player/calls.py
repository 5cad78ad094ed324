"""System calls as a packetdrill script writes them: arguments are the parser's values as JSON, descriptors are the script's numbers."""
import ctypes
import ctypes.util
import errno
import fcntl
import os
import select
import socket
import struct

LIBC = ctypes.CDLL(None, use_errno=True)
PORT = 8080

# What Python's modules do not name (asm-generic, linux/tcp.h, linux/in.h, linux/sockios.h, linux/net_tstamp.h).
MORE = {
    "NULL": 0, "SOL_TCP": 6, "SOL_SOCKET": 1, "SOL_IP": 0, "IPPROTO_MPTCP": 262,
    "FIONREAD": 0x541B, "SIOCINQ": 0x541B, "SIOCOUTQ": 0x5411, "SIOCOUTQNSD": 0x894B, "SIOCATMARK": 0x8905,
    "SO_TIMESTAMP": 29, "SO_SNDBUFFORCE": 32, "SO_RCVBUFFORCE": 33, "SO_TIMESTAMPING": 37, "SO_PEEK_OFF": 42,
    "SO_BUSY_POLL": 46, "SO_MAX_PACING_RATE": 47, "SO_INCOMING_CPU": 49, "SO_MEMINFO": 55, "SO_ZEROCOPY": 60,
    "TCP_THIN_LINEAR_TIMEOUTS": 16, "TCP_THIN_DUPACK": 17, "TCP_REPAIR": 19, "TCP_FASTOPEN": 23, "TCP_TIMESTAMP": 24,
    "TCP_NOTSENT_LOWAT": 25, "TCP_CC_INFO": 26, "TCP_SAVE_SYN": 27, "TCP_SAVED_SYN": 28, "TCP_FASTOPEN_CONNECT": 30,
    "TCP_ULP": 31, "TCP_FASTOPEN_NO_COOKIE": 34, "TCP_INQ": 36, "TCP_CM_INQ": 36, "TCP_TX_DELAY": 37, "TCP_RTO_MAX_MS": 44,
    "TCP_RTO_MIN_US": 45, "TCP_DELACK_MAX_US": 46, "TCP_INFO": 11, "TCP_USER_TIMEOUT": 18, "TCP_CONGESTION": 13,
    "IP_MTU_DISCOVER": 10, "IP_RECVERR": 11, "IP_MTU": 14, "IP_FREEBIND": 15, "IP_BIND_ADDRESS_NO_PORT": 24,
    "IP_PMTUDISC_DONT": 0, "IP_PMTUDISC_WANT": 1, "IP_PMTUDISC_DO": 2, "IP_PMTUDISC_PROBE": 3,
    "MSG_ZEROCOPY": 0x4000000, "MSG_FASTOPEN": 0x20000000, "MSG_MORE": 0x8000, "MSG_EOR": 0x80, "MSG_NOSIGNAL": 0x4000,
    "SOF_TIMESTAMPING_TX_HARDWARE": 1, "SOF_TIMESTAMPING_TX_SOFTWARE": 2, "SOF_TIMESTAMPING_RX_SOFTWARE": 8,
    "SOF_TIMESTAMPING_SOFTWARE": 16, "SOF_TIMESTAMPING_OPT_ID": 128, "SOF_TIMESTAMPING_TX_SCHED": 256,
    "SOF_TIMESTAMPING_TX_ACK": 512, "SOF_TIMESTAMPING_OPT_CMSG": 1024, "SOF_TIMESTAMPING_OPT_TSONLY": 2048,
    "SOF_TIMESTAMPING_OPT_STATS": 4096, "SOF_TIMESTAMPING_OPT_ID_TCP": 65536,
    "EPOLL_CTL_ADD": 1, "EPOLL_CTL_DEL": 2, "EPOLL_CTL_MOD": 3, "EPOLLWAKEUP": 0x20000000,
    "SPLICE_F_MOVE": 1, "SPLICE_F_NONBLOCK": 2, "SPLICE_F_MORE": 4,
}


def constant(name):
    if name in MORE:
        return MORE[name]
    for module in (socket, select, fcntl, os, errno):
        value = getattr(module, name, None)
        if isinstance(value, int):
            return int(value)
    return int(name, 0)


class Unknown(Exception):
    """The script asks for what the helper cannot do."""


def number(value, otherwise=None):
    """The number that a value stands for; `otherwise` for dots and for nothing."""
    kind = value["kind"] if value else "ellipsis"
    if kind == "number":
        return value["value"]
    if kind == "name":
        total = 0
        for name in value["names"]:
            total |= constant(name)
        return total
    if kind == "list" and len(value["items"]) == 1:
        return number(value["items"][0], otherwise)
    if kind == "apply" and value["name"] == "htons":
        return number(value["items"][0], otherwise)
    if kind == "ellipsis" and otherwise is not None:
        return otherwise
    raise Unknown(f"a number was expected, not {value}")


def field(value, *names):
    for name in names:
        if value and value["kind"] == "record" and name in value["fields"]:
            return value["fields"][name]
    return None


class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class Msghdr(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_void_p), ("namelen", ctypes.c_uint32), ("iov", ctypes.c_void_p), ("iovlen", ctypes.c_size_t),
        ("control", ctypes.c_void_p), ("controllen", ctypes.c_size_t), ("flags", ctypes.c_int),
    ]


class Pollfd(ctypes.Structure):
    _fields_ = [("fd", ctypes.c_int), ("events", ctypes.c_short), ("revents", ctypes.c_short)]


class EpollEvent(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("events", ctypes.c_uint32), ("data", ctypes.c_uint64)]


class Caller:
    """Makes calls; keeps which descriptor of ours is which of the script's."""

    def __init__(self, local, remote):
        self.local, self.remote = local, remote
        self.live = {}
        # Algorithm of new sockets, where the namespace's default could not be set.
        self.congestion = None

    def make(self, name, args, result):
        """`result` is what the script expects: the number by which it knows a new descriptor."""
        call = getattr(self, "call_" + name, None)
        if call is None:
            return {"unknown": f"the call {name}() is not made on the kernel"}
        try:
            ctypes.set_errno(0)
            value, out = call(*args)
        except (Unknown, ValueError, TypeError, KeyError) as error:
            return {"unknown": f"{name}(): {error}"}
        code = ctypes.get_errno() if value < 0 else 0
        answer = {"value": value, "errno": errno.errorcode.get(code, str(code)) if value < 0 else "", "out": out}
        if value >= 0 and name in ("socket", "accept", "accept4", "open", "epoll_create", "epoll_create1"):
            self.live[value if result is None else result] = value
            answer.update(self.ports(value))
        return answer

    def ports(self, live):
        found = {}
        for key, ask in (("local", LIBC.getsockname), ("peer", LIBC.getpeername)):
            address = ctypes.create_string_buffer(128)
            if ask(live, address, ctypes.byref(ctypes.c_uint32(128))) == 0:
                found[key] = struct.unpack_from(">H", address.raw, 2)[0]
        return found

    def fd(self, value):
        """The kernel's descriptor; one that the script has not got from anywhere is none, whatever the helper itself has open."""
        return self.live.get(number(value), -1)

    def info(self, script):
        out = {}
        for key, level, option in (("info", 6, 11), ("meminfo", 1, 55)):
            buffer = ctypes.create_string_buffer(512)
            length = ctypes.c_uint32(512)
            if LIBC.getsockopt(self.live.get(script, script), level, option, buffer, ctypes.byref(length)) != 0:
                return {}
            out[key] = buffer.raw[:length.value].hex()
        return out

    # Connections

    def call_socket(self, domain, kind, protocol):
        live = LIBC.socket(number(domain, socket.AF_INET), number(kind), number(protocol, 0))
        if live >= 0 and self.congestion is not None:
            LIBC.setsockopt(live, MORE["SOL_TCP"], MORE["TCP_CONGESTION"], self.congestion, len(self.congestion))
        return live, None

    def address(self, value, host):
        """sockaddr_in from a record; dots mean the script's own address and port."""
        port = number(field(value, "sin_port"), PORT)
        where = field(value, "sin_addr")
        if where and where["kind"] == "apply":
            host = where["items"][0]["value"]
        elif where and where["kind"] == "name" and "INADDR_ANY" in where["names"]:
            host = "0.0.0.0"
        family = number(field(value, "sa_family"), socket.AF_INET)
        return struct.pack("=H", family) + struct.pack(">H", port) + socket.inet_aton(host) + bytes(8)

    def call_bind(self, fd, address=None, *_):
        return LIBC.bind(self.fd(fd), self.address(address, self.local), 16), None

    def call_listen(self, fd, backlog):
        return LIBC.listen(self.fd(fd), number(backlog)), None

    def call_accept(self, fd, *_):
        return LIBC.accept(self.fd(fd), None, None), None

    def call_accept4(self, fd, _address, _length, flags):
        return LIBC.accept4(self.fd(fd), None, None, number(flags)), None

    def call_connect(self, fd, address=None, *_):
        return LIBC.connect(self.fd(fd), self.address(address, self.remote), 16), None

    def named(self, ask, fd):
        """An address that the kernel tells: {"port", "address"}."""
        address = ctypes.create_string_buffer(128)
        value = ask(self.fd(fd), address, ctypes.byref(ctypes.c_uint32(128)))
        port, host = struct.unpack_from(">H4s", address.raw, 2)
        return value, {"port": port, "address": socket.inet_ntoa(host)}

    def call_getsockname(self, fd, *_):
        return self.named(LIBC.getsockname, fd)

    def call_getpeername(self, fd, *_):
        return self.named(LIBC.getpeername, fd)

    def call_shutdown(self, fd, how):
        return LIBC.shutdown(self.fd(fd), number(how)), None

    def call_close(self, fd):
        result = LIBC.close(self.fd(fd))
        self.live.pop(number(fd), None)
        return result, None

    # Data

    def buffer(self, value, length):
        """Memory for the call; an address that the script gives is passed as it is, to fail."""
        if value and value["kind"] in ("number", "name"):
            return ctypes.c_void_p(number(value))
        return ctypes.create_string_buffer(max(1, length))

    def call_read(self, fd, buffer, length):
        size = number(length)
        return LIBC.read(self.fd(fd), self.buffer(buffer, size), ctypes.c_size_t(size)), None

    def call_write(self, fd, buffer, length):
        size = number(length)
        return LIBC.write(self.fd(fd), self.buffer(buffer, size), ctypes.c_size_t(size)), None

    def call_recv(self, fd, buffer, length, flags):
        size = number(length)
        return LIBC.recv(self.fd(fd), self.buffer(buffer, size), ctypes.c_size_t(size), number(flags)), None

    def call_recvfrom(self, fd, buffer, length, flags, *_):
        return self.call_recv(fd, buffer, length, flags)

    def call_send(self, fd, buffer, length, flags):
        size = number(length)
        return LIBC.send(self.fd(fd), self.buffer(buffer, size), ctypes.c_size_t(size), number(flags)), None

    def call_sendto(self, fd, buffer, length, flags, address=None, *_):
        size = number(length)
        to = self.address(address, self.remote) if address and address["kind"] in ("record", "ellipsis") else None
        fast = number(flags) & MORE["MSG_FASTOPEN"]
        return LIBC.sendto(self.fd(fd), self.buffer(buffer, size), ctypes.c_size_t(size), number(flags),
                           to if fast else None, 16 if fast and to else 0), None

    def vector(self, value):
        items = value["items"] if value and value["kind"] == "list" else []
        lengths = [number(field(item, "iov_len") or item["items"][1]) for item in items]
        buffers = [ctypes.create_string_buffer(max(1, length)) for length in lengths]
        array = (Iovec * max(1, len(lengths)))(
            *(Iovec(ctypes.addressof(memory), length) for memory, length in zip(buffers, lengths)))
        return array, len(lengths), buffers

    def call_writev(self, fd, vector, *_):
        array, count, _keep = self.vector(vector)
        return LIBC.writev(self.fd(fd), array, count), None

    def call_readv(self, fd, vector, *_):
        array, count, _keep = self.vector(vector)
        return LIBC.readv(self.fd(fd), array, count), None

    def call_sendmsg(self, fd, message, flags):
        array, count, _keep = self.vector(field(message, "msg_iov"))
        control = b"".join(self.control(item) for item in (field(message, "msg_control") or {"items": []})["items"])
        memory = ctypes.create_string_buffer(control, max(1, len(control)))
        header = Msghdr(None, 0, ctypes.addressof(array), count, ctypes.addressof(memory) if control else None,
                        len(control), 0)
        return LIBC.sendmsg(self.fd(fd), ctypes.byref(header), number(flags)), None

    def control(self, item):
        data = struct.pack("=I", number(field(item, "cmsg_data")))
        head = struct.pack("=Qii", 16 + len(data), number(field(item, "cmsg_level")), number(field(item, "cmsg_type")))
        return head + data + bytes(-len(data) % 8)

    def call_recvmsg(self, fd, message, flags):
        array, count, _keep = self.vector(field(message, "msg_iov"))
        memory = ctypes.create_string_buffer(4096)
        header = Msghdr(None, 0, ctypes.addressof(array), count, ctypes.addressof(memory), 4096, 0)
        value = LIBC.recvmsg(self.fd(fd), ctypes.byref(header), number(flags))
        messages, raw, at = [], memory.raw[:header.controllen], 0
        while at + 16 <= len(raw):
            length, level, kind = struct.unpack_from("=Qii", raw, at)
            messages.append({"level": level, "type": kind, "data": raw[at + 16:at + length].hex()})
            at += (max(length, 16) + 7) & ~7
        return value, {"flags": header.flags, "control": messages}

    def call_open(self, *_):
        """A file of the script's: zeros, as many as anyone asks for."""
        live = os.memfd_create("script")
        os.ftruncate(live, 1 << 26)
        return live, None

    def call_pipe(self, ends):
        live = (ctypes.c_int * 2)()
        value = LIBC.pipe(live)
        for item, end in zip(ends["items"], live):
            self.live[number(item)] = end
        return value, None

    def call_splice(self, source, _offset, target, _target_offset, length, flags):
        return LIBC.splice(self.fd(source), None, self.fd(target), None, ctypes.c_size_t(number(length)), number(flags)), None

    def call_sendfile(self, target, source, offset, length):
        at = ctypes.c_int64(number(offset, 0))
        return LIBC.sendfile(self.fd(target), self.fd(source), ctypes.byref(at), ctypes.c_size_t(number(length))), None

    # Options

    def call_fcntl(self, fd, command, argument=None):
        return LIBC.fcntl(self.fd(fd), number(command), number(argument, 0)), None

    def call_ioctl(self, fd, request, argument=None):
        value = ctypes.c_int(number(argument, 0) if argument else 0)
        return LIBC.ioctl(self.fd(fd), number(request), ctypes.byref(value)), {"number": value.value}

    def option(self, value):
        kind = value["kind"]
        if kind == "text":
            return value["value"].encode()
        if kind == "list" and len(value["items"]) > 1:
            return b"".join(struct.pack("=I", number(item) & 0xFFFFFFFF) for item in value["items"])
        if kind == "list" and value["items"] and value["items"][0]["kind"] in ("record", "text"):
            return self.option(value["items"][0])
        if kind == "record":
            first = field(value, "onoff", "l_onoff", "tv_sec")
            second = field(value, "linger", "l_linger", "tv_usec")
            return struct.pack("=qq" if "tv_sec" in value["fields"] else "=ii", number(first), number(second))
        return struct.pack("=I", number(value) & 0xFFFFFFFF)

    def call_setsockopt(self, fd, level, option, value, length=None):
        data = self.option(value)
        return LIBC.setsockopt(self.fd(fd), number(level), number(option), data, number(length, len(data))), None

    def call_getsockopt(self, fd, level, option, *_):
        buffer = ctypes.create_string_buffer(1024)
        length = ctypes.c_uint32(1024)
        value = LIBC.getsockopt(self.fd(fd), number(level), number(option), buffer, ctypes.byref(length))
        return value, {"bytes": buffer.raw[:length.value].hex()}

    # Readiness

    def call_poll(self, watched, _count, timeout):
        items = watched["items"]
        array = (Pollfd * max(1, len(items)))(
            *(Pollfd(self.fd(field(item, "fd")), number(field(item, "events"), 0), 0) for item in items))
        value = LIBC.poll(array, len(items), number(timeout))
        return value, {"revents": [entry.revents & 0xFFFF for entry in array[:len(items)]]}

    def call_epoll_create(self, size):
        return LIBC.epoll_create(number(size)), None

    def call_epoll_create1(self, flags):
        return LIBC.epoll_create1(number(flags)), None

    def call_epoll_ctl(self, epoll, operation, fd, event=None):
        data = number(field(event, "fd", "u32", "u64", "ptr"), 0)
        entry = EpollEvent(number(field(event, "events"), 0) & 0xFFFFFFFF, data)
        return LIBC.epoll_ctl(self.fd(epoll), number(operation), self.fd(fd), ctypes.byref(entry)), None

    def call_epoll_wait(self, epoll, _events, most, timeout):
        array = (EpollEvent * max(1, number(most)))()
        value = LIBC.epoll_wait(self.fd(epoll), array, number(most), number(timeout))
        return value, {"revents": [entry.events for entry in array[:max(0, value)]]}

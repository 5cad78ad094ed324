"""Runs compiled programs (src/programs: the same code that our hosts run) with real system calls over loopback.

Reads {"programs": [...], "limitMs": n} from standard input. Each program is a child process with nothing but the standard streams open, so that
descriptors have the same numbers as on our hosts. Every call that returns is a line of JSON on standard output: thread, function, call, value, errno.
"""
import errno
import json
import os
import select
import signal
import socket
import struct
import sys
import threading
import time

LEVELS = {"SO": socket.SOL_SOCKET, "TCP": socket.IPPROTO_TCP, "IP": socket.IPPROTO_IP}


class Ended(Exception):
    """return"""


def tell(thread, **fields):
    who = f"{os.getpid()}/{threading.get_ident()}"
    line = json.dumps({"who": who, "entry": thread.entry, **fields}) + "\n"
    os.write(1, line.encode())


class Thread:
    def __init__(self, program, entry_at, entry, variables):
        self.program, self.code = program, program["code"]
        self.pc, self.entry = entry_at, entry
        self.variables = {**program["variables"], **variables}
        self.buffers, self.loops, self.reported = {}, [], []

    # expressions

    def value(self, expr):
        kind = expr["kind"]
        if kind == "number":
            return expr["value"]
        if kind == "name":
            return self.variables.get(expr["name"], 0)
        if kind == "not":
            return int(self.value(expr["of"]) == 0)
        if kind == "minus":
            return -self.value(expr["of"])
        if kind == "clock":
            return int(time.monotonic() * 1000)
        if kind in ("min", "max"):
            return (min if kind == "min" else max)(self.value(expr["left"]), self.value(expr["right"]))
        if kind == "binary":
            return self.binary(expr)
        return self.look(expr)

    def binary(self, expr):
        operator, left = expr["operator"], self.value(expr["left"])
        if operator == "&&":
            return int(left != 0 and self.value(expr["right"]) != 0)
        if operator == "||":
            return int(left != 0 or self.value(expr["right"]) != 0)
        right = self.value(expr["right"])
        if operator in ("/", "%") and right == 0:
            return 0
        return int(
            {
                "==": lambda: left == right,
                "!=": lambda: left != right,
                "<": lambda: left < right,
                "<=": lambda: left <= right,
                ">": lambda: left > right,
                ">=": lambda: left >= right,
                "|": lambda: left | right,
                "&": lambda: left & right,
                "+": lambda: left + right,
                "-": lambda: left - right,
                "*": lambda: left * right,
                "/": lambda: int(left / right),
                "%": lambda: left - int(left / right) * right,
            }[operator]()
        )

    def look(self, expr):
        data = self.buffers.get(expr["buffer"], bytearray())
        if expr["kind"] == "find":
            start, end = max(0, self.value(expr["from"])), min(len(data), self.value(expr["to"]))
            return data.find(bytes([self.value(expr["byte"]) & 255]), start, end)
        at = self.value(expr["at"])
        if expr["kind"] == "byte":
            return data[at] if 0 <= at < len(data) else 0
        if expr["kind"] == "same":
            text = expr["text"].encode()
            return int(at >= 0 and data[at : at + len(text)] == text)
        word = bytes(data[at : at + 4]).ljust(4, b"\0") if at >= 0 else b"\0" * 4
        return struct.unpack(">I" if expr["kind"] == "ntohl" else "<I", word)[0]

    # instructions

    def run(self):
        try:
            while self.pc < len(self.code):
                instruction = self.code[self.pc]
                getattr(self, "do_" + instruction["op"])(instruction)
        except Ended:
            pass

    def do_call(self, it):
        call = dict(it["call"])
        for computed in it["computed"]:
            value = self.value(computed["value"])
            if computed["entry"] == -1:
                call[computed["field"]] = value
            else:
                call["fds"] = [{**fd, "events": value} if n == computed["entry"] else fd for n, fd in enumerate(call["fds"])]
        self.pc += 1
        try:
            value, name = CALLS[call["call"]](self, call), ""
        except OSError as error:
            value, name = -1, errno.errorcode[error.errno]
            self.variables["errno"] = error.errno
        if it["as"]:
            self.variables[it["as"]] = value
        tell(self, call=call["call"], value=value, errno=name)
        if value < 0 or (value == 0 and call["call"] == "recv"):
            for depth in range(len(self.loops) - 1, -1, -1):
                loop = self.code[self.loops[depth][0]]
                if loop["op"] == "loop" and loop["untilClosed"]:
                    self.leave(depth)
                    break

    def do_sleep(self, it):
        self.pc += 1
        time.sleep(it["micros"] / 1e6)

    def do_sleepMs(self, it):
        self.pc += 1
        time.sleep(max(0, self.value(it["ms"])) / 1e3)

    def do_loop(self, it):
        self.enter([self.pc, float("inf") if it["times"] is None else it["times"], []])

    def do_while(self, it):
        self.enter([self.pc, 0, []])

    def do_each(self, it):
        self.enter([self.pc, len(self.reported), self.reported])

    def enter(self, loop):
        if self.again(loop):
            self.loops.append(loop)
            self.pc += 1
        else:
            self.pc = self.code[loop[0]]["end"]

    def again(self, loop):
        it = self.code[loop[0]]
        if it["op"] == "while":
            return self.value(it["test"]) != 0
        if loop[1] <= 0:
            return False
        loop[1] -= 1
        if it["op"] == "each":
            self.variables[it["fd"]], self.variables[it["events"]] = loop[2][len(loop[2]) - 1 - loop[1]]
        return True

    def do_again(self, it):
        loop = self.loops[-1]
        if self.again(loop):
            self.pc = loop[0] + 1
        else:
            self.leave(len(self.loops) - 1)

    do_continue = do_again

    def do_break(self, it):
        self.leave(len(self.loops) - 1)

    def leave(self, depth):
        self.pc = self.code[self.loops[depth][0]]["end"]
        del self.loops[depth:]

    def do_branch(self, it):
        self.pc = self.pc + 1 if self.value(it["test"]) else it["otherwise"]

    def do_jump(self, it):
        self.pc = it["to"]

    def do_return(self, it):
        raise Ended

    def do_set(self, it):
        self.pc += 1
        self.variables[it["name"]] = self.value(it["value"])

    def do_buffer(self, it):
        self.pc += 1
        self.buffers[it["name"]] = bytearray(self.value(it["bytes"]))

    def write(self, it, data):
        self.pc += 1
        at, buffer = self.value(it["at"]), self.buffers[it["buffer"]]
        buffer[at : at + len(data)] = data[: len(buffer) - at]

    def do_storeNumber(self, it):
        self.write(it, struct.pack(">I", self.value(it["value"])))

    def do_storeText(self, it):
        text = it["text"].replace("%d", str(self.value(it["value"])), 1) if "value" in it else it["text"]
        if it["as"]:
            self.variables[it["as"]] = len(text)
        self.write(it, text.encode())

    def do_fill(self, it):
        self.write(it, bytes([self.value(it["value"])]) * self.value(it["bytes"]))

    def do_move(self, it):
        self.pc += 1
        buffer, start = self.buffers[it["buffer"]], self.value(it["from"])
        data = bytes(buffer[start : start + self.value(it["bytes"])])
        buffer[: len(data)] = data

    def do_thread(self, it):
        self.pc += 1
        values = {name: self.value(value) for name, value in zip(it["parameters"], it["values"])}
        entry = next(e["name"] for e in self.program["entries"] if e["at"] == it["entry"])
        started = Thread(self.program, it["entry"], entry, values)
        threading.Thread(target=started.run, daemon=True).start()

    def do_message(self, it):
        self.pc += 1
        at = self.value(it["at"])
        tell(self, message=self.buffers[it["buffer"]][at : at + self.value(it["bytes"])].decode())

    # calls

    def fd(self, reference):
        return self.variables.get(reference, -1) if isinstance(reference, str) else reference

    def socket(self, call):
        """The socket of a descriptor, which stays open when the object goes."""
        fd = self.fd(call["fd"])
        if fd < 0:
            raise OSError(errno.EBADF, "")
        os.fstat(fd)
        return Borrowed(fd)


class Borrowed:
    def __init__(self, fd):
        self.it = socket.socket(fileno=fd)

    def __enter__(self):
        return self.it

    def __exit__(self, *_):
        self.it.detach()


def flags_of(call):
    return sum(getattr(socket, name) for name in call.get("flags", []))


def call_socket(thread, call):
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM | (socket.SOCK_NONBLOCK if call.get("nonblock") else 0))
    return made.detach()


def call_setsockopt(thread, call):
    option = call["option"]
    with thread.socket(call) as it:
        it.setsockopt(LEVELS[option.split("_")[0]], getattr(socket, option), call["value"])
    return 0


def call_bind(thread, call):
    with thread.socket(call) as it:
        it.bind((call.get("address", "0.0.0.0"), call["port"]))
    return 0


def call_listen(thread, call):
    with thread.socket(call) as it:
        it.listen(call["backlog"])
    return 0


def call_connect(thread, call):
    with thread.socket(call) as it:
        it.connect((call["address"], call["port"]))
    return 0


def call_accept(thread, call):
    with thread.socket(call) as it:
        fd, _ = it._accept()
    if call.get("nonblock"):
        os.set_blocking(fd, False)
    return fd


def call_send(thread, call):
    if "from" in call:
        at = call.get("at", 0)
        data = bytes(thread.buffers[call["from"]][at : at + call["bytes"]])
    else:
        data = call["text"].encode() if "text" in call else b"x" * call["bytes"]
    with thread.socket(call) as it:
        return it.send(data, flags_of(call))


def call_recv(thread, call):
    with thread.socket(call) as it:
        data = it.recv(call["bytes"], flags_of(call))
    if "into" in call:
        at = call.get("at", 0)
        thread.buffers[call["into"]][at : at + len(data)] = data
    return len(data)


def call_close(thread, call):
    os.close(thread.fd(call["fd"]))
    return 0


def call_poll(thread, call):
    poller = select.poll()
    for it in call["fds"]:
        poller.register(thread.fd(it["fd"]), it["events"])
    thread.reported = poller.poll(call["timeoutMs"])
    return len(thread.reported)


EPOLLS = {}


def call_epoll_create(thread, call):
    made = select.epoll()
    EPOLLS[made.fileno()] = made
    return made.fileno()


def call_epoll_ctl(thread, call):
    epoll, target = EPOLLS[thread.fd(call["fd"])], thread.fd(call["target"])
    if call["op"] == "EPOLL_CTL_DEL":
        epoll.unregister(target)
    else:
        (epoll.register if call["op"] == "EPOLL_CTL_ADD" else epoll.modify)(target, call["events"])
    return 0


def call_epoll_wait(thread, call):
    ms = call["timeoutMs"]
    thread.reported = EPOLLS[thread.fd(call["fd"])].poll(None if ms < 0 else ms / 1e3, call["most"])
    return len(thread.reported)


def call_fork(thread, call):
    return os.fork()


def call_exit(thread, call):
    os._exit(call.get("status", 0))


def call_signal(thread, call):
    action = {"SIG_IGN": signal.SIG_IGN, "SIG_DFL": signal.SIG_DFL}[call["action"]]
    signal.signal(getattr(signal, call["signal"]), action)
    return 0


CALLS = {
    "socket": call_socket,
    "setsockopt": call_setsockopt,
    "bind": call_bind,
    "listen": call_listen,
    "connect": call_connect,
    "accept": call_accept,
    "send": call_send,
    "recv": call_recv,
    "close": call_close,
    "poll": call_poll,
    "epollCreate": call_epoll_create,
    "epollCtl": call_epoll_ctl,
    "epollWait": call_epoll_wait,
    "fork": call_fork,
    "exit": call_exit,
    "signal": call_signal,
}


def main():
    order = json.loads(sys.stdin.read())
    os.system("ip link set lo up")
    children = []
    for program in order["programs"]:
        child = os.fork()
        if child == 0:
            # Its children die with it: one group each.
            os.setpgid(0, 0)
            os.closerange(3, 256)
            time.sleep(program["startMicros"] / 1e6)
            Thread(program, 0, "main", {}).run()
            os._exit(0)
        children.append(child)
    time.sleep(order["limitMs"] / 1e3)
    for child in children:
        try:
            os.killpg(child, signal.SIGKILL)
        except ProcessLookupError:
            pass
    for child in children:
        os.waitpid(child, 0)


main()

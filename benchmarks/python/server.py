"""A server process in the benchmarks' protocol (see ServerPlan and ServerMessage), on CPython's socketserver."""

import gc
import hashlib
import json
import os
import socketserver
import sys
import threading
import time

mixin, plan = sys.argv[1], json.loads(sys.argv[2])
sizes = plan["sizes"]
block = b"socketserver" * (sizes["hashBytes"] // 12 + 1)
block = block[: sizes["hashBytes"]]


def answer(data):
    if data[:1] == b"h":
        hashlib.sha256(block).digest()
    elif data[:1] == b"w":
        time.sleep(sizes["waitMs"] / 1000)
    upper = data.upper()
    if data[:1] != b"l":
        return upper
    count = sizes["answerBytes"]
    return (upper * (count // len(upper) + 1))[:count]


class Stream(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(65536):
            self.request.sendall(answer(data))


class Datagram(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        sock.sendto(answer(data), self.client_address)


class Server:
    daemon_threads = True
    max_children = 4096  # its own 40 would stop the loop: every kept connection has a child
    request_queue_size = 1024  # as the others have; its own 5 would measure the kernel's retries

    def handle_error(self, request, client_address):
        pass  # the load counts what went wrong


mixin_class = {"threading": socketserver.ThreadingMixIn, "forking": socketserver.ForkingMixIn}[mixin]
server_class, handler_class = {
    "tcp": (socketserver.TCPServer, Stream),
    "unix": (socketserver.UnixStreamServer, Stream),
    "udp": (socketserver.UDPServer, Datagram),
}[plan["transport"]]
wanted = plan["address"]


def say(**message):
    print(json.dumps(message), flush=True)


started_at = time.perf_counter()
server = type("BenchServer", (Server, mixin_class, server_class), {})(
    wanted["path"] if "path" in wanted else (wanted["host"], wanted["port"]), handler_class
)
threading.Thread(target=server.serve_forever, daemon=True).start()
listen_ms = (time.perf_counter() - started_at) * 1000
bound = server.server_address
address = {"path": bound} if "path" in wanted else {"host": bound[0], "port": bound[1]}
say(event="listening", address=address, listenMs=listen_ms)
for _ in sys.stdin:  # `collect` is the only command
    gc.collect()
    say(event="collected")
os._exit(0)

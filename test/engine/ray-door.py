"""Keeps a network of its own in which there is nothing but its loopback, for a Ray whose servers listen on every
address: `ray-door.py PORT`. What comes to 127.0.0.1:PORT outside is passed on to 127.0.0.1:PORT inside.

The socket is made outside, and stays there; the process then goes inside.
"""

import fcntl
import os
import socket
import struct
import sys
import threading

SET_FLAGS = 0x8914  # SIOCSIFFLAGS, netdevice(7)
IS_UP = 1


def pass_on(source: socket.socket, target: socket.socket) -> None:
    try:
        while block := source.recv(65536):
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
        target.close()


def serve(outside: socket.socket, port: int) -> None:
    while True:
        caller, _ = outside.accept()
        try:
            inside = socket.create_connection(("127.0.0.1", port))
        except OSError:
            caller.close()
            continue
        for pair in ((caller, inside), (inside, caller)):
            threading.Thread(target=pass_on, args=pair, daemon=True).start()


def main() -> None:
    port = int(sys.argv[1])
    if len(sys.argv) == 2:
        outside = socket.create_server(("127.0.0.1", port))
        outside.set_inheritable(True)
        os.execvp("unshare", ["unshare", "--net", sys.executable, __file__, str(port), str(outside.fileno())])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", IS_UP))
    serve(socket.socket(fileno=int(sys.argv[2])), port)


main()

"""The way out of a sandbox whose run allows hosts: a port that leads to the harness's proxy, and caches to fill."""

import os
import sys


def open_network(path):
    """Lets HTTP out by the harness's proxy: a child hands what comes to a port of this sandbox on to its socket."""
    import socket

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    raise_loopback()
    try:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        with socket.create_connection(listener.getsockname(), 5):
            listener.accept()[0].close()
    except OSError as error:
        print(f"mle-star: this sandbox has no network, its loopback interface is closed: {error}", file=sys.stderr)
        return
    alive, ours = os.pipe()
    if os.fork() == 0:
        try:
            os.close(ours)
            drop_capabilities()
            forward(listener, path, alive)
        finally:
            os._exit(0)
    os.close(alive)
    port = listener.getsockname()[1]
    listener.close()
    # Not inherited by programs that the script starts, but by its forks: the last of them ends the forwarder.
    os.set_inheritable(ours, False)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        os.environ[name] = f"http://127.0.0.1:{port}"
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = "localhost,127.0.0.1,::1"


def raise_loopback():
    """Some engines leave even the loopback interface of a sandbox down; it leads nowhere else."""
    import fcntl
    import socket
    import struct

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh", b"lo", 0)
        try:
            flags = struct.unpack("16sh", fcntl.ioctl(any_socket, 0x8913, request))[1]  # SIOCGIFFLAGS
            if not flags & 1:
                fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh", b"lo", flags | 1))  # SIOCSIFFLAGS, IFF_UP
        except OSError:
            pass  # Another system, or no right to: whether it matters, connecting will show.


def drop_capabilities():
    """What made the namespaces and raised the interface is not for the script, nor for what works beside it."""
    import ctypes
    import struct

    libc = ctypes.CDLL(None)
    if hasattr(libc, "capset"):
        drop_bounding, ambient, clear_all = 24, 47, 4
        for number in range(64):
            libc.prctl(drop_bounding, number, 0, 0, 0)
        libc.prctl(ambient, clear_all, 0, 0, 0)
        libc.capset(struct.pack("II", 0x20080522, 0), struct.pack("6I", 0, 0, 0, 0, 0, 0))


def forward(listener, path, alive):
    """Copies between connections to the port and to the socket, until every holder of the pipe is gone."""
    import asyncio

    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(quiet, descriptor)

    async def copy(reader, writer):
        try:
            while block := await reader.read(1 << 16):
                writer.write(block)
                await writer.drain()
            writer.write_eof()
        except OSError:
            writer.close()

    async def serve(reader, writer):
        try:
            there = await asyncio.open_unix_connection(path)
            await asyncio.gather(copy(reader, there[1]), copy(there[0], writer))
            there[1].close()
        finally:
            writer.close()

    async def run():
        asyncio.get_running_loop().add_reader(alive, os._exit, 0)
        server = await asyncio.start_server(serve, sock=listener)
        await server.serve_forever()

    asyncio.run(run())


def open_caches(weights):
    """Where downloads are allowed, caches that can be written, in which what is cached already is linked."""
    folders = {
        "HF_HUB_CACHE": (os.path.join(weights, "hf", "hub"), ".cache/hub"),
        "TORCH_HOME": (os.path.join(weights, "torch", "hub", "checkpoints"), ".cache/torch/hub/checkpoints"),
    }
    for variable, (cached, own) in folders.items():
        own = os.path.abspath(own)
        os.makedirs(own, exist_ok=True)
        os.environ[variable] = own.removesuffix("/hub/checkpoints")
        for name in os.listdir(cached) if weights and os.path.isdir(cached) else []:
            if not name.startswith(".") and not os.path.lexists(os.path.join(own, name)):
                os.symlink(os.path.join(cached, name), os.path.join(own, name))

import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { chmodSync, readFileSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { takeSubmission } from "../../sandbox/workspace.ts";
import { presentEngines } from "./engines.ts";
import { opened, openedInterpreter } from "./opened.ts";

/** Each attempt leaves a line: `done` is what must not happen. */
const TRY = `
import ctypes, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
def attempt(name, act):
    try: print("done" if act() is not False else "refused", name)
    except (OSError, ValueError, ImportError) as error: print("refused", name, error)
def call(*arguments):
    ctypes.set_errno(0)
    if libc.syscall(*[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
`;

/** Numbers of system calls differ between machines; the filter's own test covers both. */
const NUMBERS = process.arch === "x64";

/** A script of its own, or a cell of the interpreter that agents try things in. */
const WAYS = ["script", "cell"] as const;

const attackers = (await presentEngines()).flatMap((name) => WAYS.map((way) => ({ name, way })));
for (const { name, way } of attackers) {
  describe(`${name}, under attack from a ${way}`, () => {
    const here = opened(name);
    const cells = openedInterpreter(here);
    const byScript = test.runIf(way === "script");

    async function attempts(code: string): Promise<string[]> {
      const ran = await (way === "script" ? here : cells).attack(TRY + code);
      expect(ran.outcome).toBe("finished");
      return ran.log.trim().split("\n");
    }

    test("neither labels, keys, other runs nor what the harness knows can be read", async () => {
      process.env.ATTACK_SECRET_KEY = "do not leak";
      const targets = [
        join(here.bench.folder, "secret"),
        here.bench.folder,
        join(process.cwd(), "package.json"),
        join(homedir(), ".ssh"),
        "/etc/shadow",
        "/proc/kcore",
      ];
      const lines = await attempts(`
def read(path):
    # Its own folder and its input may be shown where they lie.
    content = set(os.listdir(path)) - {"work space", "input"} if os.path.isdir(path) else open(path, "rb").read(1)
    return len(content) > 0
for path in ${JSON.stringify(targets)}: attempt(path, lambda: read(path))
def leaks(path): return b"do not leak" in open(path, "rb").read()
for pid in [name for name in os.listdir("/proc") if name.isdigit()]:
    attempt("environment of " + pid, lambda: leaks(f"/proc/{pid}/environ"))
    attempt("command of " + pid, lambda: b"vitest" in open(f"/proc/{pid}/cmdline", "rb").read())
attempt("files of the first process", lambda: os.path.exists("/proc/1/root" + ${JSON.stringify(targets[0])}))
`);
      delete process.env.ATTACK_SECRET_KEY;
      // An ordinary process has no process of an engine above it.
      expect(lines.length).toBeGreaterThan(targets.length + (name === "process" ? 2 : 4));
      expect(lines.filter((line) => line.startsWith("done"))).toEqual([]);
    });

    test("sockets of engines are out of reach", async () => {
      const named = [process.env.DOCKER_HOST, process.env.CONTAINER_HOST].map((each) =>
        (each ?? "").replace("unix://", ""),
      );
      const sockets = ["/var/run/docker.sock", "/run/podman/podman.sock", ...named];
      const lines = await attempts(`
def connect(path):
    with socket.socket(socket.AF_UNIX) as s: s.connect(path)
for path in ${JSON.stringify(sockets)}: attempt(path, lambda: connect(path))
`);
      expect(lines).toHaveLength(sockets.length);
      expect(lines.filter((line) => line.startsWith("done"))).toEqual([]);
    });

    test("inputs, the system and the machine's settings cannot be changed", async () => {
      const before = readFileSync(join(here.bench.input, "train.csv"), "utf8");
      // An ordinary process has a /tmp of its own above it, and a link of its own to the input.
      const isMounted = name !== "process";
      const above = isMounted ? ', "../new"' : "";
      const renaming = isMounted
        ? 'attempt("rename all", lambda: os.rename("input", "elsewhere"))'
        : "";
      const { mode } = statSync(join(here.bench.input, "train.csv"));
      const lines = await attempts(`
for path in ("input/train.csv", "input/new", "/etc/passwd", "/usr/bin/new", "/opt/mle-star/runner.py"${above}, "/new",
             "/dev/new", "/proc/sysrq-trigger", "/proc/sys/kernel/hostname", "/proc/sys/kernel/core_pattern", "/dev/mem", "/dev/kmsg"):
    attempt("write " + path, lambda: open(path, "a").write(""))
attempt("chmod", lambda: os.chmod("input/train.csv", 0o777))
attempt("chown", lambda: os.chown("input/train.csv", os.getuid(), os.getgid()))
attempt("remove", lambda: os.remove("input/train.csv"))
attempt("rename", lambda: os.rename("input/train.csv", "input/elsewhere"))
${renaming}
attempt("link", lambda: os.link("input/train.csv", "linked"))
attempt("give away", lambda: os.chown("solution.py", 0, 0) if os.getuid() != 0 else False)
attempt("device node", lambda: os.mknod("disk", 0o60666, os.makedev(8, 0)))
attempt("become root", lambda: os.setuid(0) if os.getuid() != 0 else False)
attempt("host name", lambda: socket.sethostname("broken"))
`);
      expect(lines.filter((line) => line.startsWith("done"))).toEqual([]);
      expect(readFileSync(join(here.bench.input, "train.csv"), "utf8")).toBe(before);
      expect(statSync(join(here.bench.input, "train.csv")).mode).toBe(mode);
      expect(hostname()).not.toBe("broken");
    });

    test.runIf(NUMBERS)("system calls that reach past a process are refused", async () => {
      const lines = await attempts(`
attempt("mount", lambda: call(165, b"none", b"/tmp", b"tmpfs", 0, None))
attempt("umount", lambda: call(166, b"/work/input", 0))
attempt("unshare", lambda: call(272, 0x10000000))
attempt("clone into namespaces", lambda: call(56, 0x10000011, 0, 0, 0, 0))
attempt("setns", lambda: call(308, os.open("/proc/self/ns/net", os.O_RDONLY), 0))
attempt("chroot", lambda: call(161, b"/tmp"))
attempt("pivot_root", lambda: call(155, b"/tmp", b"/tmp"))
attempt("ptrace", lambda: call(101, 16, ${process.pid}, 0, 0))
attempt("ptrace a parent", lambda: call(101, 16, os.getppid(), 0, 0))
attempt("read another's memory", lambda: call(310, 1, None, 0, None, 0, 0))
attempt("kill the harness", lambda: os.kill(${process.pid}, 9))
attempt("keyctl", lambda: call(250, 0, -3, 1))
attempt("bpf", lambda: call(321, 0, None, 0))
attempt("perf", lambda: call(298, None, 0, -1, -1, 0))
attempt("userfaultfd", lambda: call(323, 0))
attempt("io_uring", lambda: call(425, 1, None))
attempt("load a module", lambda: call(313, 0, b"", 0))
attempt("kexec", lambda: call(246, 0, 0, None, 0))
attempt("open by handle", lambda: call(304, -100, None, 0))
attempt("set the clock", lambda: call(227, 0, None))
attempt("raw packets", lambda: socket.socket(17, socket.SOCK_RAW))
attempt("sockets of the machine below", lambda: socket.socket(40, socket.SOCK_STREAM))
`);
      expect(lines).toHaveLength(22);
      expect(lines.filter((line) => line.startsWith("done"))).toEqual([]);
      // Others may mount beside us: what the script asked for is a nameless tmpfs on /tmp.
      const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
      expect(mounts.filter((line) => / \/tmp \S+ .*- tmpfs none /u.test(line))).toEqual([]);
    });

    test("nothing of this machine is reached by TCP, UDP, DNS or unix sockets", async () => {
      let reached = 0;
      const path = join(here.bench.folder, "own.sock");
      const servers = await Promise.all([
        listen({ port: 0, host: "127.0.0.1" }, () => reached++),
        listen({ path }, () => reached++),
        listen({ path: `\0mle-star-test-${process.pid}` }, () => reached++),
      ]);
      chmodSync(path, 0o777);
      const datagrams = createSocket("udp4", () => reached++);
      await new Promise<void>((resolve) => datagrams.bind(0, "127.0.0.1", resolve));
      const address = servers[0]?.address();
      const port = typeof address === "object" ? address?.port : null;
      const lines = await attempts(`
socket.setdefaulttimeout(2)
def connect(address):
    with socket.socket(socket.AF_UNIX) as s: s.connect(address)
attempt("tcp", lambda: socket.create_connection(("127.0.0.1", ${port})))
attempt("tcp outside", lambda: socket.create_connection(("192.0.2.1", 80)))
attempt("dns", lambda: socket.getaddrinfo("example.com", 80))
attempt("unix", lambda: connect(${JSON.stringify(path)}))
attempt("abstract unix", lambda: connect("\\0mle-star-test-${process.pid}"))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    for target in (("127.0.0.1", ${datagrams.address().port}), ("192.0.2.1", 53)):
        try: s.sendto(b"x", target)
        except OSError: pass
`);
      for (const server of servers) server.close();
      datagrams.close();
      expect(lines).toHaveLength(5);
      expect(lines.filter((line) => line.startsWith("done"))).toEqual([]);
      expect(reached).toBe(0);
    });

    byScript("no file that the harness holds open, and no power, comes along", async () => {
      const lines = await attempts(`
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
held = [os.readlink(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd") if int(n) > 2 and os.path.lexists(f"/proc/self/fd/{n}")]
print([each for each in held if not each.endswith(".trace")])
print(int(status["CapPrm"], 16), int(status["CapEff"], 16), int(status["CapBnd"], 16), status["NoNewPrivs"].strip())
shell = "/tmp/shell"
try: open(shell, "w").close(); os.chmod(shell, 0o6755)
except OSError: pass
print(os.system("su -c true >/dev/null 2>&1") != 0)
`);
      expect(lines).toEqual(["[]", "0 0 0 1", "True"]);
    });

    byScript("what comes out belongs to the harness, and links in it lead nowhere", async () => {
      const secret = join(here.bench.folder, "secret");
      await attempts(`
open("submission.csv", "w").write("id,y")
os.symlink(${JSON.stringify(secret)}, "link"); os.symlink("/", "everything")
os.chmod("submission.csv", 0)
`);
      const to = join(here.bench.folder, "taken.csv");
      const taken = await takeSubmission(here.bench.workspace, to);
      // Root reads what nobody else may; others are told that they cannot.
      if (taken.path === null) expect(taken.reason).toContain("cannot be read");
      else expect(statSync(to).uid).toBe(process.getuid?.());
      expect(readFileSync(secret, "utf8")).toBe("42");
    });

    byScript("names with newlines, dots and odd letters harm nobody", async () => {
      await attempts(`
for name in ("a\\nb", "..\\u2215up", "ünï", "-rf", "$(touch pwned)", "x" * 255): open(name, "w").close()
os.makedirs("deep/" * 200)
`);
      await rm(here.bench.workspace, { recursive: true });
      expect(execFileSync("ls", ["-A", here.bench.folder], { encoding: "utf8" })).not.toContain(
        "pwned",
      );
    });
  });
}

function listen(
  where: { port: number; host: string } | { path: string },
  onConnection: () => void,
): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(onConnection);
    server.once("error", reject);
    server.listen(where, () => resolve(server));
  });
}

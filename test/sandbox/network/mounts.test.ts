import { chmodSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { attack, makeBench, open, presentEngines } from "../engines.ts";

for (const name of await presentEngines()) {
  test(`${name}: what surrounds a run is seen by its scripts, and only to be read`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "mle-around-"));
    await mkdir(join(folder, "weights"));
    await writeFile(join(folder, "weights", "model"), "pretrained");
    chmodSync(folder, 0o755);
    const socket = join(folder, "way-out.sock");
    const server = createServer((connection) => connection.end("answered"));
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    chmodSync(socket, 0o777);
    const sandbox = await open(name, {
      readOnly: [{ source: join(folder, "weights"), target: "/opt/weights" }],
      sockets: [{ source: socket, target: "/opt/proxy/way-out.sock" }],
      environment: { HF_HOME: "/opt/weights", WAY_OUT: "/opt/proxy/way-out.sock" },
    });
    const bench = await makeBench();
    const code = `
import os, socket
print(open(os.path.join(os.environ["HF_HOME"], "model")).read())
with socket.socket(socket.AF_UNIX) as way:
    way.connect(os.environ["WAY_OUT"])
    print(way.recv(100).decode())
for act in (lambda: open(os.environ["HF_HOME"] + "/new", "w"), lambda: os.remove(os.environ["WAY_OUT"])):
    ${name === "process" ? "print('refused')" : "try: act(); print('done')\n    except OSError: print('refused')"}
`;
    const ran = await attack(sandbox, bench, code);
    await sandbox.close();
    server.close();
    await rm(folder, { recursive: true, force: true });
    await rm(bench.folder, { recursive: true, force: true });
    expect(ran.log.trim().split("\n")).toEqual(["pretrained", "answered", "refused", "refused"]);
  });
}

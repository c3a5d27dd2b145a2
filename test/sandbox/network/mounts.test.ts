import { chmodSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { attack, makeBench, open, presentEngines } from "../engines.ts";
import { temporaryFolder } from "../temporary-folder.ts";

for (const name of await presentEngines()) {
  test(`${name}: shared mounts are seen by scripts, and cannot be written`, async () => {
    await using temporary = await temporaryFolder();
    const folder = temporary.path;
    await mkdir(join(folder, "weights"));
    await writeFile(join(folder, "weights", "model"), "pretrained");
    chmodSync(folder, 0o755);
    const socket = join(folder, "way-out.sock");
    await using server = createServer((connection) => connection.end("answered"));
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    chmodSync(socket, 0o777);
    await using sandbox = await open(name, {
      readOnly: [{ source: join(folder, "weights"), target: "/opt/weights" }],
      sockets: [{ source: socket, target: "/opt/proxy/way-out.sock" }],
      environment: { HF_HOME: "/opt/weights", WAY_OUT: "/opt/proxy/way-out.sock" },
    });
    await using bench = await makeBench();
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
    expect(ran.log.trim().split("\n")).toEqual(["pretrained", "answered", "refused", "refused"]);
  });
}

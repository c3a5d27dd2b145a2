import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Sandbox } from "../../../sandbox/contract.ts";
import { weightsMounts } from "../../../sandbox/environment/weights.ts";
import { mergeMounts, networkMounts } from "../../../sandbox/network/mounts.ts";
import { parseNetwork } from "../../../sandbox/network/policy.ts";
import { type NetworkProxy, openProxy } from "../../../sandbox/network/proxy.ts";
import { type Hub, openHub } from "../../fakes/servers/hub.ts";
import { attack, type Bench, makeBench, open, presentEngines } from "../engines.ts";

describe("what an open network changes", () => {
  const environmentOf = (list: string, hub: string | null) =>
    networkMounts(parseNetwork(list), { socket: "/s", hub }).environment;

  test("the hub's libraries stay offline unless the hub itself may be reached", () => {
    expect(environmentOf("allow=example.org", null)).not.toHaveProperty("HF_HUB_OFFLINE");
    const online = { HF_HUB_OFFLINE: "0", TRANSFORMERS_OFFLINE: "0", HF_DATASETS_OFFLINE: "0" };
    expect(environmentOf("allow=huggingface.co", null)).toMatchObject(online);
    expect(environmentOf("allow=huggingface.co:8443", null)).not.toHaveProperty("HF_HUB_OFFLINE");
    const own = "https://hub.corp:8443";
    expect(environmentOf("allow=huggingface.co", own)).not.toHaveProperty("HF_HUB_OFFLINE");
    expect(environmentOf("allow=hub.corp:8443", own)).toMatchObject({
      ...online,
      HF_ENDPOINT: own,
    });
  });
});

const FETCH = `
import os, socket, sys, urllib.error, urllib.request
def fetch(url):
    try:
        return urllib.request.urlopen(url, timeout=20).read().decode()
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.reason}"
    except OSError as error:
        return f"failed {error}"
`;

for (const name of await presentEngines()) {
  describe(`${name} with shared mounts`, () => {
    let folder: string;
    let hub: Hub;
    let proxy: NetworkProxy;
    let sandbox: Sandbox;
    let bench: Bench;
    let port: number;
    const place = "hf/hub/models--acme--tiny";

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "mle-mounts-"));
      const cacheDir = join(folder, "cache");
      const files = join(cacheDir, "weights", place);
      await mkdir(files, { recursive: true });
      await writeFile(join(files, "model.safetensors"), "weights of acme");
      const entry = { name: "hf:acme/tiny", place, revision: "1", files: 1, bytes: 15 };
      await mkdir(join(cacheDir, "weights", "entries"));
      await writeFile(
        join(cacheDir, "weights", "entries", "1.json"),
        JSON.stringify({ ...entry, addedAt: "2026-01-01" }),
      );
      hub = await openHub({}, { page: "a page of the outside" });
      port = Number(new URL(hub.url).port);
      const policy = parseNetwork(`allow=open.test:${port},rebound.test,127.0.0.1:${port}`);
      proxy = await openProxy({
        policy,
        logFile: join(folder, "network.jsonl"),
        lookup: async () => ["127.0.0.1"],
      });
      sandbox = await open(
        name,
        mergeMounts([
          await weightsMounts(cacheDir),
          networkMounts(policy, { socket: proxy.socket, hub: null }),
        ]),
      );
      bench = await makeBench();
    });
    afterAll(async () => {
      await sandbox.close();
      await proxy.close();
      await hub.close();
      await bench[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });

    test("a host that is allowed is reached, any other is refused with a reason, also from children", async () => {
      const code = `${FETCH}
import subprocess
print(fetch("http://open.test:${port}/files/page"))
print(fetch("http://closed.test/"))
print(fetch("https://closed.test/"))
print(fetch("http://rebound.test/"))
child = [sys.executable, "-c", "import urllib.request; print(urllib.request.urlopen('http://open.test:${port}/files/page').read())"]
print(subprocess.run(child, capture_output=True, text=True))
`;
      const { outcome, log } = await attack(sandbox, bench, code, { memoryMb: 600 });
      expect(log).toMatch(/^a page of the outside\n403 closed\.test:80 is not allowed/u);
      expect(log).toMatch(/failed .*403 closed\.test:443 is not allowed/u);
      expect(log).toMatch(/403 rebound\.test leads to the private address 127\.0\.0\.1/u);
      expect(log).toMatch(/returncode=0, stdout="b'a page of the outside'/u);
      expect(outcome).toBe("finished");
    });

    test("every connection is in the log of the run, with its bytes", async () => {
      const lines = (await readFile(join(folder, "network.jsonl"), "utf8")).trim().split("\n");
      const entries = lines.map((line) => JSON.parse(line));
      expect(entries.map(({ host, allowed }) => `${host} ${allowed}`).sort()).toEqual([
        "closed.test false",
        "closed.test false",
        "open.test true",
        "open.test true",
        "rebound.test false",
      ]);
      const [opened] = entries.filter(({ allowed }) => allowed);
      expect(opened.received).toBeGreaterThan("a page of the outside".length);
    });

    test("under the rules for scripts the proxy may be asked too, and that it was is recorded", async () => {
      const code = `${FETCH}print(fetch("http://open.test:${port}/files/page"))`;
      const signal = new AbortController().signal;
      const ran = await attack(sandbox, bench, code, { memoryMb: 600 }, signal, "enforced");
      expect(ran).toMatchObject({ outcome: "finished", log: "a page of the outside\n" });
      expect(ran.audit.sockets).toEqual([
        expect.stringMatching(/^connected to 127\.0\.0\.1 port/u),
      ]);
    });

    test("past the proxy there is no way out", async () => {
      const code = `${FETCH}
def attempt(work):
    try:
        print("OUT", work())
    except OSError as error:
        print("closed", error)
attempt(lambda: socket.create_connection(("127.0.0.1", ${port}), 5))
attempt(lambda: socket.create_connection(("192.0.2.1", 80), 5))
attempt(lambda: socket.getaddrinfo("open.test", 80))
attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)))
`;
      const { log } = await attack(sandbox, bench, code);
      expect(log.match(/^closed /gmu)).toHaveLength(4);
      expect(log).not.toContain("OUT");
    });

    test("cached weights are read; an isolating engine keeps them from being changed", async () => {
      const code = `
import os
path = os.path.join(os.environ["MLE_STAR_WEIGHTS"], "${place}", "model.safetensors")
print(open(path).read())
print(os.listdir(os.environ["HF_HUB_CACHE"]), open(os.path.join(os.environ["HF_HUB_CACHE"], "models--acme--tiny", "model.safetensors")).read())
try:
    open(path, "a")
    print("written")
except OSError as error:
    print("read-only", error.errno)
try:
    os.remove(path)
except OSError as error:
    print("kept", error.errno)
`;
      const { log } = await attack(
        sandbox,
        bench,
        name === "process" ? (code.split("try:")[0] ?? "") : code,
      );
      expect(log).toContain("weights of acme\n['models--acme--tiny'] weights of acme");
      if (name !== "process") expect(log).toMatch(/read-only (?:30|13)\nkept (?:30|13|16)/u);
    });

    test("nothing that was started for the network outlives its script", async () => {
      const { outcome, log } = await attack(sandbox, bench, "print('done')", { seconds: 30 });
      expect({ outcome, log }).toEqual({ outcome: "finished", log: "done\n" });
    });
  });
}

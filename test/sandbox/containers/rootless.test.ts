import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { openSandbox } from "../../../sandbox/choose.ts";
import { contextHash } from "../../../sandbox/containers/image-context.ts";
import { noMounts, root } from "../engines.ts";

const createdSchema = z.object({
  User: z.string(),
  HostConfig: z.object({
    NanoCpus: z.number().optional(),
    ReadonlyPaths: z.array(z.string()).default([]),
  }),
});
type Created = z.infer<typeof createdSchema>;

let folder: string;
let server: Server;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mle-rootless-"));
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** A rootless Podman that refuses every container, with a message of its own where cores are to be limited. */
async function refusing(ofCores: string): Promise<{ host: string; created: Created[] }> {
  const created: Created[] = [];
  const answers: Record<string, unknown> = {
    "/_ping": "OK",
    "/version": { Version: "4.9.3", Components: [{ Name: "Podman Engine" }] },
    "/info": { NCPU: 2, CgroupVersion: "2", SecurityOptions: ["name=rootless"] },
    "/images/json": [{}],
    "/containers/json": [],
  };
  server = createServer(async (request, response) => {
    const [path = ""] = (request.url ?? "").split("?");
    response.setHeader("Content-Type", "application/json");
    if (path !== "/containers/create") return response.end(JSON.stringify(answers[path] ?? null));
    const blocks: Buffer[] = [];
    for await (const block of request) blocks.push(block);
    const asked = createdSchema.parse(JSON.parse(Buffer.concat(blocks).toString()));
    created.push(asked);
    response.statusCode = 500;
    const message = asked.HostConfig.NanoCpus === undefined ? "no room for containers" : ofCores;
    return response.end(JSON.stringify({ message }));
  });
  const socket = join(folder, "engine.sock");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return { host: `unix://${socket}`, created };
}

/** What is said of that engine when a sandbox is asked of it. */
async function opened(podmanHost: string): Promise<string> {
  const sources = { root, baseImage: null, wheels: null };
  const hash = await contextHash("cpu", { ...sources, buildArguments: {}, modules: null });
  await writeFile(join(folder, `image-${hash}.json`), '{"packages": [], "missing": []}');
  const sandbox = openSandbox({
    ...sources,
    wanted: "podman",
    trustedCode: false,
    cacheDir: folder,
    run: "test",
    python: "python3",
    packages: [],
    report: () => undefined,
    sharedMounts: noMounts,
    podmanHost,
  });
  return sandbox.then(
    ({ describe }) => describe,
    (error: Error) => error.message,
  );
}

test("a rootless engine that was not handed cores is asked again without a limit on them", async () => {
  const { host, created } = await refusing(
    "crun: the requested cgroup controller `cpu` is not available: OCI runtime error",
  );
  expect(await opened(host)).toContain("no room for containers");
  expect(created.map(({ HostConfig }) => HostConfig.NanoCpus)).toEqual([1e9, undefined]);
});

test("one that refuses for another reason is not", async () => {
  const { host, created } = await refusing("the disk is full");
  expect(await opened(host)).toContain("the disk is full");
  expect(created.map(({ HostConfig }) => HostConfig.NanoCpus)).toEqual([1e9]);
});

test("its script is the container's root, which is kept from writing devices and settings", async () => {
  const { host, created } = await refusing("the disk is full");
  await opened(host);
  expect(created[0]).toMatchObject({ User: "0:0" });
  expect(created[0]?.HostConfig.ReadonlyPaths).toEqual(
    expect.arrayContaining(["/dev", "/proc/sys", "/proc/sysrq-trigger"]),
  );
});

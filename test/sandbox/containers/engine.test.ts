import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findEngine } from "../../../sandbox/containers/engine.ts";

const dockerHost = process.env.DOCKER_HOST;
let folder: string;
let server: Server;

type Told = {
  component: string;
  version: string;
  rootless: boolean;
  cgroups: "1" | "2";
  driver?: "systemd" | "none";
};

/** An engine that describes itself as it should, at a socket of its own. */
async function pretend({ component, version, rootless, cgroups, driver }: Told): Promise<string> {
  const answers: Record<string, unknown> = {
    "/_ping": "OK",
    "/version": { Version: version, Components: [{ Name: component }] },
    "/info": {
      NCPU: 2,
      CgroupVersion: cgroups,
      CgroupDriver: driver ?? "systemd",
      SecurityOptions: ["name=seccomp", ...(rootless ? ["name=rootless"] : [])],
    },
  };
  server = createServer((request, response) => {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(answers[request.url ?? ""] ?? null));
  });
  const socket = join(folder, "engine.sock");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return `unix://${socket}`;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mle-engine-"));
  process.env.DOCKER_HOST = `unix://${join(folder, "nobody.sock")}`;
});
afterEach(async () => {
  if (dockerHost === undefined) delete process.env.DOCKER_HOST;
  else process.env.DOCKER_HOST = dockerHost;
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const podman = { component: "Podman Engine", version: "5.2.0", rootless: false } as const;

test("a Podman behind DOCKER_HOST is known for what it is", async () => {
  process.env.DOCKER_HOST = await pretend({ ...podman, cgroups: "2" });
  expect(await findEngine("podman")).toMatchObject({
    product: "podman",
    name: "Podman Engine 5.2.0",
    isRootless: false,
  });
});

test("a Podman is found where CONTAINER_HOST says", async () => {
  const host = await pretend({ ...podman, rootless: true, cgroups: "2" });
  expect(await findEngine("podman", host)).toMatchObject({ product: "podman", isRootless: true });
});

test("a rootless engine that would drop every limit is refused, with the reason and what to do", async () => {
  const host = await pretend({ ...podman, rootless: true, cgroups: "1" });
  expect(await findEngine("podman", host)).toMatch(
    /Podman Engine 5\.2\.0 is rootless on control groups v1.*run it as root/,
  );
});

test("a rootless engine that was started outside of the service manager drops every limit, too", async () => {
  process.env.DOCKER_HOST = await pretend({
    component: "Engine",
    version: "28.2.2",
    rootless: true,
    cgroups: "2",
    driver: "none",
  });
  expect(await findEngine("docker")).toMatch(
    /Docker 28\.2\.2 is rootless and has no control groups of its own.*systemctl --user/,
  );
});

test("a rootless engine that keeps its limits is taken", async () => {
  process.env.DOCKER_HOST = await pretend({
    component: "Engine",
    version: "28.2.2",
    rootless: true,
    cgroups: "2",
  });
  expect(await findEngine("docker")).toMatchObject({ product: "docker", isRootless: true });
});

test("a Docker is named by its product", async () => {
  process.env.DOCKER_HOST = await pretend({
    component: "Engine",
    version: "28.2.2",
    rootless: false,
    cgroups: "2",
  });
  expect(await findEngine("docker")).toMatchObject({ product: "docker", name: "Docker 28.2.2" });
});

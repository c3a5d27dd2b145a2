import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Docker from "dockerode";
import { expect, test } from "vitest";
import { ownIdentity } from "../../../runs/record/process-identity.ts";
import { OWNER_LABEL } from "../../../sandbox/containers/container-options.ts";
import { sweepOrphans } from "../../../sandbox/containers/containers.ts";
import { engineOf } from "./engine-of.ts";

type Ended = { Status: string; FinishedAt: string };

/** An engine that lists containers by the owners on their labels, and notes which are removed. */
async function fakeDocker(containers: Record<string, { owner: unknown; state: Ended }>) {
  const removed: string[] = [];
  const server = createServer((request, response) => {
    const [, id = ""] = /\/containers\/(\w+)/u.exec(request.url ?? "") ?? [];
    if (request.method === "DELETE") removed.push(id);
    const list = Object.entries(containers).map(([Id, { owner }]) => ({
      Id,
      Labels: { [OWNER_LABEL]: JSON.stringify(owner) },
    }));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(id === "json" ? list : { State: containers[id]?.state }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    docker: new Docker({ protocol: "http", host: "127.0.0.1", port }),
    removed,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

const running = { Status: "running", FinishedAt: "0001-01-01T00:00:00Z" };
const ended = (hoursAgo: number): Ended => ({
  Status: "exited",
  FinishedAt: new Date(Date.now() - hoursAgo * 3_600_000).toISOString(),
});

test("containers of dead harnesses are removed, those of living ones are not", async () => {
  const own = await ownIdentity();
  await using engine = await fakeDocker({
    living: { owner: own, state: ended(2) },
    dead: { owner: { ...own, started: "12" }, state: running },
  });
  expect(await sweepOrphans(engineOf(engine.docker))).toBe(1);
  expect(engine.removed).toEqual(["dead"]);
});

test("containers of harnesses that cannot be looked at from here are removed only long after their end", async () => {
  const own = await ownIdentity();
  const elsewhere = { ...own, pidNamespace: "pid:[7]", pid: 2 ** 22, started: "12" };
  await using engine = await fakeDocker({
    running: { owner: elsewhere, state: running },
    ended: { owner: elsewhere, state: ended(0) },
    abandoned: { owner: elsewhere, state: ended(2) },
    unknown: { owner: { host: "of another version", pid: 7 }, state: running },
  });
  expect(await sweepOrphans(engineOf(engine.docker))).toBe(1);
  expect(engine.removed).toEqual(["abandoned"]);
});

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import Docker from "dockerode";
import type { Engine } from "../../../sandbox/containers/engine.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** An engine that answered, as the sandbox knows it. */
export function engineOf(docker: Docker, some: Partial<Engine> = {}): Engine {
  const names = { product: "docker", name: "Docker 28.2.2" } as const;
  return { docker, ...names, cores: 2, isRootless: false, patienceSeconds: 60, ...some };
}

/** What an engine answers to `GET /containers/7/json` and the like; undefined: it never does. */
type Answer = (what: string, request: IncomingMessage) => unknown;

/** A client of an engine behind a socket of its own. */
export async function engineThatSays(answer: Answer) {
  const folder = await temporaryFolder();
  const socketPath = join(folder.path, "engine.sock");
  const server = createServer((request, response: ServerResponse) => {
    const path = (request.url ?? "").replace(/\?.*$/u, "");
    const value = answer(`${request.method} ${path}`, request);
    if (value === undefined) return;
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(value));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    docker: new Docker({ socketPath }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

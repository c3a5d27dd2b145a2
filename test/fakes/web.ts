import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { openHygiene } from "../../agent/search/hygiene.ts";
import type { Web as SearchedWeb } from "../../agent/search/search.ts";
import type { AddressPolicy } from "../../agent/search/web/address-policy.ts";

/** Answers one path; what no handler knows is 404. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A little web on loopback: every name below `.test` leads to it, and only those do. */
export type Web = AsyncDisposable & {
  /** `http://<name>.test:<port>`. */
  at(name: string): string;
  /** The same server by its address, for what resolves names itself. */
  url: string;
  asked: string[];
  addresses: AddressPolicy;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Serves paths, `/page` on any host or `name.test/page` on one. */
export async function openWeb(handlers: Record<string, string | Handler>): Promise<Web> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const host = (request.headers.host ?? "").replace(/:\d+$/u, "");
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    asked.push(`${host}${request.url}`);
    const handler = handlers[`${host}${path}`] ?? handlers[path];
    if (typeof handler === "function") return handler(request, response);
    if (handler === undefined) return response.writeHead(404).end("nothing here");
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(handler);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return {
    at: (name) => `http://${name}.test:${port}`,
    url: `http://127.0.0.1:${port}`,
    asked,
    addresses: {
      lookup: async (host) => (host.endsWith(".test") ? ["127.0.0.1"] : []),
      allowsAddress: () => true,
      allowsPort: (each) => each === port,
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Nothing to search but the catalogue. */
export function noWeb({ id, title }: { id: string; title: string }): SearchedWeb {
  return {
    providers: [],
    reader: {
      read: async (url) => ({ status: "failed", url, why: "there is no web here" }),
      close: async () => undefined,
    },
    hygiene: openHygiene({ id, title, aliases: [] }, false),
    maxPages: 0,
  };
}

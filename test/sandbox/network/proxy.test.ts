import { readFileSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseNetwork } from "../../../sandbox/network/policy.ts";
import { type NetworkProxy, openProxy } from "../../../sandbox/network/proxy.ts";

let folder: string;
let server: Server;
let port: number;
const seen: IncomingMessage[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mle-proxy-test-"));
  server = createServer((message, response) => {
    seen.push(message);
    message.on("data", (data: Buffer) => response.write(`got ${data.toString()} `));
    message.on("end", () => response.end(`hello from ${message.url}`));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

/** Does something through a proxy that allows `list`, and tells what it logged. */
async function through<T>(
  list: string,
  work: (proxy: NetworkProxy) => Promise<T>,
  names: Record<string, string[]> = {},
): Promise<{ result: T; log: Record<string, unknown>[] }> {
  const logFile = join(folder, `${Math.random()}.jsonl`);
  const proxy = await openProxy({
    policy: parseNetwork(list),
    logFile,
    lookup: async (host) => names[host] ?? [],
  });
  const result = await work(proxy).finally(() => proxy.close());
  const lines = readFileSync(logFile, "utf8").trim().split("\n");
  return { result, log: lines.map((line) => JSON.parse(line)) };
}

function get(
  { socket }: NetworkProxy,
  url: string,
  body = "",
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const method = body === "" ? "GET" : "POST";
    const headers = { Host: "other.example", "Proxy-Authorization": "Basic c2VjcmV0" };
    const asked = request({ socketPath: socket, path: url, method, headers }, (answer) => {
      let text = "";
      answer.on("data", (data: Buffer) => {
        text += data.toString();
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

/** Status line of a CONNECT, and what comes through when a request is sent into the tunnel. */
function tunnel({ socket }: NetworkProxy, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const client: Socket = connect(socket);
    let text = "";
    client.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
    client.on("data", (data) => {
      text += data.toString();
      if (text.endsWith("established\r\n\r\n"))
        client.write("GET /inside HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    });
    client.on("close", () => resolve(text));
    client.on("error", reject);
  });
}

test("an address that is named is reached by HTTP and by CONNECT, and its bytes are counted", async () => {
  const target = `127.0.0.1:${port}`;
  const { result, log } = await through(`allow=${target}`, async (proxy) => [
    await get(proxy, `http://${target}/page?x=1`, "body"),
    await tunnel(proxy, target),
  ]);
  expect(result[0]).toEqual({ status: 200, text: "got body hello from /page?x=1" });
  expect(result[1]).toMatch(/^HTTP\/1\.1 200 .*hello from \/inside$/su);
  expect(log).toHaveLength(2);
  for (const entry of log) {
    expect(entry).toMatchObject({ host: "127.0.0.1", port, allowed: true, address: "127.0.0.1" });
    expect(entry.received).toBeGreaterThan(50);
    expect(entry.sent).toBeGreaterThan(20);
  }
});

test("a server is asked for the site that was allowed, and gets nothing meant for the proxy", async () => {
  seen.length = 0;
  await through(`allow=127.0.0.1:${port}`, (proxy) => get(proxy, `http://127.0.0.1:${port}/`));
  expect(seen[0]?.headers.host).toBe(`127.0.0.1:${port}`);
  expect(seen[0]?.headers).not.toHaveProperty("proxy-authorization");
});

test("a host that is not on the list is refused with 403 and a reason, and never looked up", async () => {
  const { result, log } = await through("allow=huggingface.co", async (proxy) => [
    (await get(proxy, "http://evil.example/")).status,
    await tunnel(proxy, "evil.example:443"),
    await tunnel(proxy, "huggingface.co:22"),
    await tunnel(proxy, `127.0.0.1:${port}`),
  ]);
  expect(result[0]).toBe(403);
  expect(result[1]).toMatch(
    /^HTTP\/1\.1 403 evil\.example:443 is not allowed; this run has network allow=huggingface\.co\r\n/u,
  );
  expect(result[2]).toMatch(/^HTTP\/1\.1 403 huggingface\.co:22 is not allowed/u);
  expect(result[3]).toMatch(/^HTTP\/1\.1 403 /u);
  expect(log.map(({ host, allowed }) => [host, allowed])).toEqual([
    ["evil.example", false],
    ["evil.example", false],
    ["huggingface.co", false],
    ["127.0.0.1", false],
  ]);
});

test("a name on the list that leads to a private address is refused", async () => {
  seen.length = 0;
  const names = { "rebound.example": ["127.0.0.1"], "inside.example": ["10.0.0.1", "::1"] };
  const list = `allow=rebound.example:${port},inside.example`;
  const { result } = await through(
    list,
    async (proxy) => [
      await tunnel(proxy, `rebound.example:${port}`),
      (await get(proxy, `http://rebound.example:${port}/`)).text,
      await tunnel(proxy, "inside.example:443"),
    ],
    names,
  );
  expect(result[0]).toMatch(/^HTTP\/1\.1 403 rebound\.example leads to the private address 127/u);
  expect(result[1]).toMatch(/leads to the private address 127\.0\.0\.1/u);
  expect(result[2]).toMatch(/^HTTP\/1\.1 403 inside\.example leads to the private address/u);
  expect(seen).toEqual([]);
});

test("a name is looked up once: the address that was judged is the one connected to", async () => {
  let asked = 0;
  const logFile = join(folder, "once.jsonl");
  const proxy = await openProxy({
    policy: parseNetwork(`allow=moving.example:${port},127.0.0.1:${port}`),
    logFile,
    lookup: async () => (asked++ === 0 ? ["127.0.0.1"] : ["192.0.2.1"]),
  });
  const answer = await get(proxy, `http://moving.example:${port}/x`).finally(() => proxy.close());
  expect(answer).toEqual({ status: 200, text: "hello from /x" });
  expect(asked).toBe(1);
});

test("what is no proxy request, cannot be resolved or does not answer gets a status of its own", async () => {
  const { result } = await through("allow=gone.example,127.0.0.1:1", async (proxy) => [
    (await get(proxy, "/page")).status,
    await tunnel(proxy, "gone.example:443"),
    await tunnel(proxy, "127.0.0.1:1"),
    await tunnel(proxy, "nonsense"),
  ]);
  expect(result[0]).toBe(400);
  expect(result[1]).toMatch(/^HTTP\/1\.1 502 gone\.example cannot be resolved/u);
  expect(result[2]).toMatch(/^HTTP\/1\.1 502 127\.0\.0\.1:1 cannot be reached/u);
  expect(result[3]).toMatch(/^HTTP\/1\.1 403 /u);
});

test("closing ends open tunnels and takes the socket away; nobody else may enter its folder", async () => {
  const target = `127.0.0.1:${port}`;
  const logFile = join(folder, "closing.jsonl");
  const proxy = await openProxy({ policy: parseNetwork(`allow=${target}`), logFile });
  expect((await stat(dirname(proxy.socket))).mode & 0o077).toBe(0);
  const client = connect(proxy.socket);
  client.write(`CONNECT ${target} HTTP/1.1\r\n\r\n`);
  await new Promise((established) => client.once("data", established));
  const ended = new Promise((closed) => client.once("close", closed));
  await proxy.close();
  await ended;
  await expect(stat(proxy.socket)).rejects.toThrow(/ENOENT/u);
  expect(readFileSync(logFile, "utf8")).toContain('"allowed":true');
});

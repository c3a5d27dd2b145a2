import { lookup as resolve } from "node:dns/promises";
import { appendFile, chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { connect, isIP, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { allows, allowsAddress, type NetworkPolicy, normalHost } from "./policy.ts";

export type ProxyOptions = {
  policy: NetworkPolicy;
  /** One JSON line for each connection: who was asked for, whether it was allowed, how many bytes went through. */
  logFile: string;
  /** Addresses of a name; a parameter for tests. */
  lookup?: (host: string) => Promise<string[]>;
};

/** A proxy that reaches only what its policy names. */
export type NetworkProxy = {
  /** Unix socket it listens on, in a folder that only this user may enter. */
  socket: string;
  close(): Promise<void>;
};

/** Where a request is to go. */
type Target = { method: string; host: string; port: number };
/** A connection to a target, or why there is none, with the HTTP status for it. */
type Connection = { socket: Socket; address: string } | { status: number; reason: string };

const CONNECT_MS = 20_000;
const IDLE_MS = 600_000;
const MAX_CONNECTIONS = 256;
const MAX_LINES = 100_000;
/** Headers that belong to one hop (RFC 9110, 7.6.1). */
const HOP_HEADERS = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Opens the one way out of sandboxes that have no network: HTTP and CONNECT, to what the policy names. */
export async function openProxy(options: ProxyOptions): Promise<NetworkProxy> {
  const folder = await mkdtemp(join(tmpdir(), "mle-proxy-"));
  const socket = join(folder, "socket");
  const log = openLog(options.logFile);
  const sockets = new Set<Duplex>();
  const track = (each: Duplex): void => {
    sockets.add(each);
    each.once("close", () => sockets.delete(each));
  };
  const server = createServer((message, response) => {
    forward(options, log, track, message, response).catch((error) => fail(response, error));
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on("connection", track);
  server.on("connect", (message: IncomingMessage, client: Duplex, head: Buffer) => {
    tunnel(options, log, track, message, { client, head }).catch(() => client.destroy());
  });
  await new Promise<void>((resolveListening, reject) => {
    server.once("error", reject);
    server.listen(socket, resolveListening);
  });
  // Scripts run as another user where the harness is root; the folder keeps other users of the host out.
  await chmod(socket, 0o666);
  return {
    socket,
    close: async () => {
      server.close();
      for (const each of sockets) each.destroy();
      // Let the closed connections write their lines.
      await new Promise((resolveLater) => setImmediate(resolveLater));
      await log.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Log = ReturnType<typeof openLog>;

function openLog(file: string) {
  let pending: Promise<void> = Promise.resolve();
  let lines = 0;
  const write = (entry: object): void => {
    lines++;
    if (lines > MAX_LINES) return;
    const limited =
      lines === MAX_LINES ? { ...entry, note: "later connections are not listed" } : entry;
    const line = `${JSON.stringify({ time: new Date().toISOString(), ...limited })}\n`;
    // A full disk must not end the run by way of its log.
    pending = pending.then(() => appendFile(file, line)).catch(() => undefined);
  };
  return {
    refused: (target: Target, reason: string): void => write({ ...target, allowed: false, reason }),
    done: (target: Target, address: string, socket: Socket): void =>
      write({
        ...target,
        allowed: true,
        address,
        sent: socket.bytesWritten,
        received: socket.bytesRead,
      }),
    close: () => pending,
  };
}

/** Connects to a target; refused by the policy, or by the addresses that its name resolves to. */
async function connectTo(
  { policy, lookup = lookUp }: ProxyOptions,
  target: Target,
): Promise<Connection> {
  const { host, port } = target;
  if (!allows(policy, host, port)) {
    return {
      status: 403,
      reason: `${host}:${port} is not allowed; this run has network ${policy.text}`,
    };
  }
  const addresses = isIP(host) === 0 ? await lookup(host).catch(() => []) : [host];
  if (addresses.length === 0) return { status: 502, reason: `${host} cannot be resolved` };
  const reachable = addresses.filter((address) => allowsAddress(policy, address, port));
  if (reachable.length === 0) {
    const reason = `${host} leads to the private address ${addresses[0]}, which network ${policy.text} does not name`;
    return { status: 403, reason };
  }
  for (const address of reachable) {
    // The address that was checked is the one that is connected to: a second look-up might differ.
    const socket = await connected(address, port);
    if (socket !== null) return { socket, address };
  }
  return { status: 502, reason: `${host}:${port} cannot be reached` };
}

async function lookUp(host: string): Promise<string[]> {
  return (await resolve(host, { all: true })).map(({ address }) => address);
}

function connected(host: string, port: number): Promise<Socket | null> {
  return new Promise((resolveWith) => {
    const socket = connect({ host, port });
    const timer = setTimeout(() => socket.destroy(), CONNECT_MS);
    socket.once("connect", () => resolveWith(socket));
    socket.once("close", () => resolveWith(null));
    socket.once("close", () => clearTimeout(timer));
    socket.once("connect", () => clearTimeout(timer));
    // `close` follows.
    socket.on("error", () => socket.destroy());
  });
}

async function tunnel(
  options: ProxyOptions,
  log: Log,
  track: (socket: Duplex) => void,
  { url = "" }: IncomingMessage,
  { client, head }: { client: Duplex; head: Buffer },
): Promise<void> {
  client.on("error", () => client.destroy());
  const [, host = "", port = ""] = /^(.+):(\d+)$/u.exec(url) ?? [];
  const target = { method: "CONNECT", host: normalHost(host), port: Number(port) };
  const connection = await connectTo(options, target);
  if (!("socket" in connection)) {
    log.refused(target, connection.reason);
    client.end(refusal(connection.status, connection.reason));
    return;
  }
  const { socket, address } = connection;
  track(socket);
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.once("close", () => {
    log.done(target, address, socket);
    client.destroy();
  });
  client.once("close", () => socket.destroy());
  client.write("HTTP/1.1 200 Connection established\r\n\r\n");
  if (head.length > 0) socket.write(head);
  socket.pipe(client);
  client.pipe(socket);
}

/** The reason is in the status line as well: many clients show nothing else of a refused CONNECT. */
function refusal(status: number, reason: string): string {
  const text = printable(reason);
  const headers = "Content-Type: text/plain\r\nConnection: close";
  return `HTTP/1.1 ${status} ${text}\r\n${headers}\r\nContent-Length: ${text.length + 1}\r\n\r\n${text}\n`;
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, "?").slice(0, 300);
}

async function forward(
  options: ProxyOptions,
  log: Log,
  track: (socket: Duplex) => void,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", url = "" } = message;
  const asked = URL.canParse(url) ? new URL(url) : null;
  if (asked === null || asked.protocol !== "http:") {
    refuse(response, 400, "this is a proxy: ask for http://host/path, or CONNECT host:443");
    return;
  }
  const target = { method, host: normalHost(asked.hostname), port: Number(asked.port || 80) };
  const connection = await connectTo(options, target);
  if (!("socket" in connection)) {
    log.refused(target, connection.reason);
    refuse(response, connection.status, connection.reason);
    return;
  }
  const { socket, address } = connection;
  track(socket);
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.once("close", () => log.done(target, address, socket));
  const outgoing = request({
    createConnection: () => socket,
    method,
    path: `${asked.pathname}${asked.search}`,
    // A Host header of its own would ask a server for another site than the one allowed.
    headers: { ...endToEnd(message), host: asked.host, connection: "close" },
    setHost: false,
  });
  outgoing.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, endToEnd(answer));
    answer.pipe(response);
  });
  outgoing.on("error", (error) => fail(response, error));
  response.once("close", () => socket.destroy());
  message.pipe(outgoing);
}

function endToEnd({ headers }: IncomingMessage): IncomingMessage["headers"] {
  const named = (headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_HEADERS.has(name) && !named.includes(name)),
  );
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  const text = printable(reason);
  response.writeHead(status, text, { "content-type": "text/plain", connection: "close" });
  response.end(`${text}\n`);
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else refuse(response, 502, error instanceof Error ? error.message : "the connection failed");
}

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { TLSSocket } from "node:tls";
import { isDeepStrictEqual } from "node:util";
import type { V1Job } from "@kubernetes/client-node";
import { ObjectSerializer } from "@kubernetes/client-node/dist/gen/models/ObjectSerializer.js";
import type { Certificates } from "./certificates.ts";
import { Controllers } from "./controllers.ts";
import { Store, type Stored } from "./store.ts";

export const TOKEN = "made-token-of-a-cluster";
const NAMESPACE = "team";
/** Objects to a page, whatever the client asks for. */
const PAGE = 3;

type Refusal = { code: number; reason: string; message: string };
type Call = { method: string; url: URL; body: unknown };

/**
 * An API server on loopback that has Jobs, pods and Secrets in one namespace, with the semantics of `batch/v1`: what
 * it is sent is checked against the types of Kubernetes' own client, and Jobs run as processes of this machine. With
 * certificates it speaks TLS, and takes that of a client for a token.
 */
export async function startKubernetes(
  secrets: Record<string, Record<string, string>> = {},
  certificates: Certificates | null = null,
) {
  const store = new Store();
  const controllers = new Controllers(store, secrets);
  const state = { refuseNext: [] as Refusal[], bodies: [] as string[] };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const refused = refusalOf(request, url) ?? state.refuseNext.shift() ?? null;
    if (refused !== null) return sendStatus(response, refused);
    const method = request.method ?? "GET";
    const body = method === "GET" ? null : await json(request).catch(() => null);
    if (body !== null) state.bodies.push(JSON.stringify(body));
    const call = { method, url, body };
    if (method === "GET" && url.searchParams.get("watch") === "true")
      return watch(response, store, call);
    send(response, serve(store, controllers, call));
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    void answer(request, response);
  };
  const server =
    certificates === null
      ? createServer(listener)
      : createTlsServer(
          {
            ca: certificates.authority,
            ...certificates.server,
            requestCert: true,
            rejectUnauthorized: false,
          },
          listener,
        );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `${certificates === null ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address,
    namespace: NAMESPACE,
    store,
    controllers,
    /** Bodies that were sent, as they came. */
    bodies: state.bodies,
    /** Answers the next questions so, one each. */
    refuseNext: (...refusals: Refusal[]) => state.refuseNext.push(...refusals),
    /** Breaks all connections, watches in the middle of a line included. */
    breakConnections: () => server.closeAllConnections(),
    async [Symbol.asyncDispose]() {
      controllers.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refusalOf({ headers, socket }: IncomingMessage, { pathname }: URL): Refusal | null {
  const isCertified = (socket as TLSSocket).authorized === true;
  if (!isCertified && headers.authorization !== `Bearer ${TOKEN}`)
    return { code: 401, reason: "Unauthorized", message: "Unauthorized" };
  const namespace = /\/namespaces\/([^/]+)/u.exec(pathname)?.[1] ?? "";
  if (namespace === NAMESPACE) return null;
  const message = `jobs.batch is forbidden: User "made" cannot list resource "jobs" in API group "batch" in the namespace "${namespace}"`;
  return { code: 403, reason: "Forbidden", message };
}

type Sent = { code: number; body: object };

function serve(store: Store, controllers: Controllers, { method, url, body }: Call): Sent {
  const [kind = "", name] = url.pathname.split("/").slice(url.pathname.startsWith("/api/") ? 5 : 6);
  if (method === "GET") return page(store, kind, url.searchParams);
  if (method === "POST") return create(store, controllers, body);
  const grace = (body as { gracePeriodSeconds?: number } | null)?.gracePeriodSeconds ?? null;
  const names =
    name === undefined ? store.list(kind, matcher(url.searchParams)) : [store.get(kind, name)];
  const found = names.filter((each) => each !== null).map(({ metadata }) => metadata.name);
  if (found.length === 0 && name !== undefined)
    return statusBody({ code: 404, reason: "NotFound", message: `${kind} "${name}" not found` });
  for (const each of found)
    if (kind === "jobs") controllers.deleteJob(each);
    else controllers.deletePod(each, grace);
  return { code: 200, body: { kind: "Status", status: "Success" } };
}

function create(store: Store, controllers: Controllers, body: unknown): Sent {
  const problem = problemOf(body);
  if (problem !== null) return statusBody({ code: 422, reason: "Invalid", message: problem });
  const job = structuredClone(body) as Stored;
  const { name } = job.metadata;
  if (store.get("jobs", name) !== null)
    return statusBody({
      code: 409,
      reason: "AlreadyExists",
      message: `jobs.batch "${name}" already exists`,
    });
  store.put("jobs", job);
  controllers.reconcile(name);
  return { code: 201, body: job };
}

/** What the client's own types do not know of a Job is lost when it goes through them. */
function problemOf(body: unknown): string | null {
  const job = ObjectSerializer.deserialize(body, "V1Job", "") as V1Job;
  const back: unknown = JSON.parse(JSON.stringify(ObjectSerializer.serialize(job, "V1Job", "")));
  if (!isDeepStrictEqual(back, body)) return `strict decoding error: ${JSON.stringify(body)}`;
  const { restartPolicy } = job.spec?.template.spec ?? {};
  if (job.spec?.podFailurePolicy !== undefined && restartPolicy !== "Never")
    return "spec.template.spec.restartPolicy: only Never with podFailurePolicy";
  return null;
}

function matcher(query: URLSearchParams): (object: Stored) => boolean {
  const wanted = (query.get("labelSelector") ?? "").split(",").filter((each) => each !== "");
  return ({ metadata }) =>
    wanted.every((each) => {
      const [name = "", value] = each.split("=");
      return metadata.labels?.[name] === value;
    });
}

/** Pages are of one version: when it is compacted away, so is the rest of the list. */
function page(store: Store, kind: string, query: URLSearchParams): Sent {
  const [version, from] = (query.get("continue") ?? `${store.version}:0`).split(":").map(Number);
  if (store.since(kind, version ?? 0) === null)
    return statusBody({
      code: 410,
      reason: "Expired",
      message: "The provided continue parameter is too old",
    });
  const all = store.list(kind, matcher(query));
  const to = (from ?? 0) + PAGE;
  const next = to < all.length ? `${version}:${to}` : "";
  const metadata = { resourceVersion: String(version), continue: next };
  return { code: 200, body: { metadata, items: all.slice(from, to) } };
}

function watch(response: ServerResponse, store: Store, { url }: Call): void {
  const [kind = ""] = url.pathname.split("/").slice(url.pathname.startsWith("/api/") ? 5 : 6);
  const matches = matcher(url.searchParams);
  let version = Number(url.searchParams.get("resourceVersion"));
  response.writeHead(200, { "content-type": "application/json" });
  const line = (event: object) => response.write(`${JSON.stringify(event)}\n`);
  const tell = () => {
    const changes = store.since(kind, version);
    if (changes === null) {
      line({ type: "ERROR", object: { kind: "Status", code: 410, metadata: {} } });
      response.end();
      return;
    }
    for (const { type, object } of changes) if (matches(object)) line({ type, object });
    version = store.version;
  };
  const stop = store.onChange(tell);
  const timer = setTimeout(
    () => {
      const metadata = { resourceVersion: String(version) };
      if (!response.writableEnded) line({ type: "BOOKMARK", object: { metadata } });
      response.end();
    },
    Number(url.searchParams.get("timeoutSeconds")) * 1000,
  );
  response.once("close", () => {
    stop();
    clearTimeout(timer);
  });
  tell();
}

function statusBody({ code, reason, message }: Refusal): Sent {
  return { code, body: { kind: "Status", status: "Failure", code, reason, message } };
}

function sendStatus(response: ServerResponse, refusal: Refusal): void {
  send(response, statusBody(refusal));
}

function send(response: ServerResponse, { code, body }: Sent): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { Agent, type Dispatcher } from "undici";
import { parse } from "yaml";
import * as z from "zod";
import { EngineRefused } from "../../../errors.ts";

/** How the API server is reached: nothing of it is ever written to a file. */
export type Access = {
  server: string;
  /** The namespace of the context, or of the pod that this is. */
  namespace: string;
  /** Asked before every question, since tokens are renewed. */
  headers: () => Promise<Record<string, string>>;
  dispatcher: Dispatcher;
};

const text = z.string().optional();
const Cluster = z.object({
  server: z.string(),
  "certificate-authority": text,
  "certificate-authority-data": text,
  "insecure-skip-tls-verify": z.boolean().optional(),
  "tls-server-name": text,
});
const Exec = z.object({
  command: z.string(),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
});
const User = z.object({
  token: text,
  tokenFile: text,
  "client-certificate": text,
  "client-certificate-data": text,
  "client-key": text,
  "client-key-data": text,
  exec: Exec.optional(),
});
type User = z.infer<typeof User>;
/** A file of kubectl's; what other programs keep in it is left alone. */
const Kubeconfig = z.object({
  "current-context": text,
  contexts: z
    .array(
      z.object({
        name: z.string(),
        context: z.object({ cluster: z.string(), user: text, namespace: text }),
      }),
    )
    .default([]),
  clusters: z.array(z.object({ name: z.string(), cluster: Cluster })).default([]),
  users: z.array(z.object({ name: z.string(), user: User })).default([]),
});
type Kubeconfig = z.infer<typeof Kubeconfig>;

/** Where a pod finds its own account. */
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
/** What a plugin of kubectl's says. */
const Credential = z.object({
  status: z.object({ token: text, expirationTimestamp: text }),
});
/** A token is renewed this long before it expires. */
const EARLY_MS = 60_000;

/**
 * The API server by kubectl's file (`KUBECONFIG`, else `~/.kube/config`), or of the cluster that this is a pod of.
 *
 * @throws EngineRefused where there is neither, or the file lacks what it names
 */
export async function findAccess(
  context: string | null,
  environment: NodeJS.ProcessEnv,
  account: string = ACCOUNT,
): Promise<Access> {
  const named = (environment.KUBECONFIG ?? "").split(delimiter).filter((file) => file !== "");
  const files = named.length > 0 ? named : [join(environment.HOME ?? homedir(), ".kube", "config")];
  const read = await Promise.all(files.map(readKubeconfig));
  const found = read.find((each) => each !== null);
  if (found !== undefined && found !== null) return byKubeconfig(found, context, environment);
  const host = environment.KUBERNETES_SERVICE_HOST ?? "";
  if (named.length === 0 && host !== "") return ofThisPod(host, account, environment);
  throw new EngineRefused(
    `kubernetes: ${files.join(", ")} cannot be read, and this is no pod of a cluster; set KUBECONFIG`,
  );
}

type Found = { file: string; content: Kubeconfig };

async function readKubeconfig(file: string): Promise<Found | null> {
  const raw = await readFile(file, "utf8").catch(() => null);
  if (raw === null) return null;
  let content: unknown;
  try {
    content = parse(raw);
  } catch {
    // What the parser quotes of the file may be a secret.
    throw new EngineRefused(`kubernetes: ${file} is not YAML`);
  }
  const read = Kubeconfig.safeParse(content);
  if (read.success) return { file, content: read.data };
  const [issue] = read.error.issues;
  throw new EngineRefused(`kubernetes: ${file}: ${issue?.path.join(".")}: ${issue?.message}`);
}

async function byKubeconfig(
  { file, content }: Found,
  wanted: string | null,
  environment: NodeJS.ProcessEnv,
): Promise<Access> {
  const name = wanted ?? content["current-context"] ?? "";
  const context = content.contexts.find((each) => each.name === name)?.context;
  if (context === undefined)
    throw new EngineRefused(`kubernetes: ${file} has no context "${name}"`);
  const cluster = content.clusters.find((each) => each.name === context.cluster)?.cluster;
  if (cluster === undefined)
    throw new EngineRefused(`kubernetes: ${file} has no cluster "${context.cluster}"`);
  const user = content.users.find((each) => each.name === context.user)?.user ?? {};
  const bytes = (data: string | undefined, path: string | undefined) =>
    data === undefined ? fileBytes(file, path) : Buffer.from(data, "base64");
  const serverName = cluster["tls-server-name"];
  const tls = {
    ca: await bytes(cluster["certificate-authority-data"], cluster["certificate-authority"]),
    cert: await bytes(user["client-certificate-data"], user["client-certificate"]),
    key: await bytes(user["client-key-data"], user["client-key"]),
    rejectUnauthorized: cluster["insecure-skip-tls-verify"] !== true,
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
  return {
    server: cluster.server.replace(/\/+$/u, ""),
    namespace: context.namespace ?? "default",
    headers: headersOf(user, file, environment),
    dispatcher: new Agent({ connect: tls }),
  };
}

async function fileBytes(
  kubeconfig: string,
  path: string | undefined,
): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  const file = resolve(dirname(kubeconfig), path);
  return readFile(file).catch(() => {
    throw new EngineRefused(`kubernetes: ${file}, named in ${kubeconfig}, cannot be read`);
  });
}

function headersOf(user: User, file: string, environment: NodeJS.ProcessEnv): Access["headers"] {
  const { token, tokenFile, exec } = user;
  if (token !== undefined) return async () => bearer(token);
  if (tokenFile !== undefined)
    return async () => bearer(String(await fileBytes(file, tokenFile)).trim());
  if (exec === undefined) return async () => ({});
  let kept: { token: string; until: number } | null = null;
  return async () => {
    if (kept === null || Date.now() > kept.until - EARLY_MS)
      kept = await askPlugin(exec, dirname(file), environment);
    return bearer(kept.token);
  };
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

/** Runs the program that gets tokens for this cluster, as kubectl does. */
async function askPlugin(
  { command, args, env }: z.infer<typeof Exec>,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ token: string; until: number }> {
  const added = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  const program = command.includes("/") ? resolve(folder, command) : command;
  const info = { apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential" };
  const asked = { KUBERNETES_EXEC_INFO: JSON.stringify({ ...info, spec: { interactive: false } }) };
  const options = { env: { ...environment, ...added, ...asked }, timeout: 60_000 };
  try {
    const { stdout } = await promisify(execFile)(program, args ?? [], options);
    const { token, expirationTimestamp } = Credential.parse(JSON.parse(stdout)).status;
    if (token === undefined) throw new Error("no token");
    const expires = Date.parse(expirationTimestamp ?? "");
    return { token, until: Number.isNaN(expires) ? Number.POSITIVE_INFINITY : expires };
  } catch {
    // What it said may hold a secret.
    throw new EngineRefused(`kubernetes: ${command}, which is to give a token, gave none`);
  }
}

async function ofThisPod(
  host: string,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<Access> {
  const account = (name: string) =>
    readFile(join(folder, name)).catch(() => {
      throw new EngineRefused(`kubernetes: this pod has no account (${folder}/${name})`);
    });
  const isV6 = host.includes(":");
  return {
    server: `https://${isV6 ? `[${host}]` : host}:${environment.KUBERNETES_SERVICE_PORT ?? "443"}`,
    namespace: String(await account("namespace")).trim(),
    headers: async () => bearer(String(await account("token")).trim()),
    dispatcher: new Agent({ connect: { ca: await account("ca.crt") } }),
  };
}

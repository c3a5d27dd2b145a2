import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { kubernetesEngine } from "../../../../../runs/batch/engines/kubernetes/kubernetes.ts";
import { KubernetesSettings } from "../../../../../runs/batch/engines/kubernetes/manifest.ts";
import {
  type Certificates,
  makeCertificates,
} from "../../../../fakes/servers/kubernetes/certificates.ts";
import { startKubernetes, TOKEN } from "../../../../fakes/servers/kubernetes/server.ts";
import { batchOn, finishedOnce, isFull, killedAtRandom, someBegun } from "../every-engine.ts";

const slow = { configurations: [{ name: "base", options: ["0", "1"] }] };
const volumes = [{ path: tmpdir(), hostPath: tmpdir() }];

const inBase64 = (text: string) => Buffer.from(text).toString("base64");

function authorityOf(certificates: Certificates | null): object {
  if (certificates === null) return {};
  return { "certificate-authority-data": inBase64(certificates.authority) };
}

/** A cluster, and kubectl's file for it, named by `KUBECONFIG` of this process and those that it starts. */
async function cluster(
  secrets: Record<string, Record<string, string>> = {},
  certificates: Certificates | null = null,
  user: object = { token: TOKEN },
) {
  const server = await startKubernetes(secrets, certificates);
  const place = await mkdtemp(join(tmpdir(), "mle-star-kubeconfig-"));
  const file = join(place, "config");
  const named = { name: "made" };
  const content = {
    "current-context": "made",
    clusters: [{ ...named, cluster: { server: server.address, ...authorityOf(certificates) } }],
    users: [{ ...named, user }],
    contexts: [
      { ...named, context: { cluster: "made", user: "made", namespace: server.namespace } },
    ],
  };
  await writeFile(file, JSON.stringify(content));
  const before = process.env.KUBECONFIG;
  process.env.KUBECONFIG = file;
  return {
    ...server,
    engine: (more: object = {}) => [
      "kubernetes",
      JSON.stringify({ image: "mle-star", volumes, ...more }),
    ],
    pods: () => server.store.list("pods", () => true),
    async [Symbol.asyncDispose]() {
      if (before === undefined) delete process.env.KUBECONFIG;
      else process.env.KUBECONFIG = before;
      await server[Symbol.asyncDispose]();
      await rm(place, { recursive: true, force: true });
    },
  };
}

test("on Kubernetes each job is begun and finished once, though bench is killed at random", async () => {
  await using made = await cluster();
  await killedAtRandom(made.engine(), 7);
});

test("pods that are evicted are replaced, and go on where they were", async () => {
  await using made = await cluster();
  await using batch = await batchOn(made.engine(), 2, slow);
  const session = batch.start();
  await someBegun(batch);
  for (const { metadata } of made.pods()) made.controllers.evict(metadata.name);
  await finishedOnce(batch, session);
  expect(made.store.list("jobs", () => true)).toHaveLength(2);
  const turns = await batch.turns();
  expect(turns.flat().filter((turn) => turn === "begin").length).toBeGreaterThan(2);
  expect(turns.map((each) => each.at(-1))).toEqual(["end:0", "end:0"]);
});

test.runIf(isFull)(
  "a watch that breaks, versions that are forgotten and writes that conflict lose nothing",
  async () => {
    await using made = await cluster();
    await using batch = await batchOn(made.engine(), 7, slow);
    const conflict = { code: 409, reason: "Conflict", message: "the object has been modified" };
    const session = batch.start();
    while (made.store.list("jobs", () => true).length === 0) await sleep(10);
    made.refuseNext(conflict, { code: 500, reason: "InternalError", message: "etcd is slow" });
    for (let time = 0; time < 8; time++) {
      if (time % 2 === 0) made.store.compact();
      else made.breakConnections();
      await sleep(400);
    }
    await finishedOnce(batch, session);
    expect(await batch.begun()).toEqual([1, 1, 1, 1, 1, 1, 1]);
  },
);

test.runIf(isFull)("a job whose Job is deleted is tried again and goes on", async () => {
  await using made = await cluster();
  await using batch = await batchOn(made.engine(), 2, slow);
  const session = batch.start();
  await someBegun(batch);
  const [job] = made.store.list("jobs", () => true);
  made.controllers.deleteJob(job?.metadata.name ?? "");
  await finishedOnce(batch, session);
  expect(made.store.list("jobs", () => true)).toHaveLength(2);
});

test.runIf(isFull)("Ctrl-C pauses jobs, and the same command goes on", async () => {
  await using made = await cluster();
  await using batch = await batchOn(made.engine(), 3, slow);
  const first = batch.start();
  await someBegun(batch);
  first.child.kill("SIGINT");
  expect(await first.ended).toBe(0);
  expect(await first.said).toContain("waiting");
  expect(made.pods()).toEqual([]);
  await finishedOnce(batch, batch.start());
});

/** An engine in a folder of its own, and how a command ends there. */
async function alone(
  more: object,
  around: { environment?: NodeJS.ProcessEnv; account?: string } = {},
) {
  const place = await mkdtemp(join(tmpdir(), "mle-star-kubernetes-"));
  const engine = await kubernetesEngine({
    folder: place,
    settings: KubernetesSettings.parse({ image: "mle-star", volumes, ...more }),
    variables: null,
    capacity: { cpus: 8, memoryMb: 1e6, gpus: 8 },
    environment: process.env,
    ...around,
  });
  const folder = join(place, "attempt-1");
  await mkdir(folder);
  return {
    place,
    submit: (command: readonly string[]) =>
      engine.submit([{ folder, command, env: {}, needs: { cpus: 2, memoryMb: 100, gpus: 1 } }]),
    async ended() {
      while ((await engine.state(folder)).kind === "running") await sleep(100);
      return engine.state(folder);
    },
    log: () => readFile(engine.logs(folder), "utf8"),
    [Symbol.asyncDispose]: () => rm(place, { recursive: true, force: true }),
  };
}

test("a job has its image, its GPUs and variables of a Secret that no file and no manifest holds", async () => {
  const secret = "made-secret-of-a-key";
  await using made = await cluster({ keys: { MADE_KEY: secret } });
  const gpu = "nvidia.com/mig-1g.10gb";
  await using engine = await alone({ secrets: ["keys"], gpu, queue: "team-queue" });
  await engine.submit(["sh", "-c", 'echo "$MADE_KEY"']);
  const [job] = made.store.list("jobs", () => true);
  expect(job).toMatchObject({
    metadata: { labels: { "kueue.x-k8s.io/queue-name": "team-queue" } },
    spec: {
      suspend: true,
      template: {
        spec: {
          containers: [
            {
              image: "mle-star",
              envFrom: [{ secretRef: { name: "keys" } }],
              resources: { limits: { cpu: "2", memory: "100Mi", [gpu]: "1" } },
            },
          ],
        },
      },
    },
  });
  // Kueue admits it.
  made.store.change("jobs", job?.metadata.name ?? "", ({ spec }) => {
    Object.assign(spec as object, { suspend: false });
  });
  made.controllers.reconcile(job?.metadata.name ?? "");
  expect(await engine.ended()).toEqual({ kind: "ended", exitCode: 0 });
  expect(await engine.log()).toBe(`${secret}\n`);
  await rm(join(engine.place, "attempt-1", "log.txt"));
  const names = await readdir(engine.place, { recursive: true, withFileTypes: true });
  const files = names.filter((each) => each.isFile());
  const texts = await Promise.all(
    files.map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8")),
  );
  expect(texts.length).toBeGreaterThan(1);
  for (const text of [...texts, ...made.bodies]) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(TOKEN);
  }
});

test.runIf(isFull)("a job that takes more memory than it has failed for that reason", async () => {
  await using made = await cluster();
  await using engine = await alone({});
  await engine.submit(["sleep", "60"]);
  const [pod] = made.pods();
  made.controllers.killForMemory(pod?.metadata.name ?? "");
  expect(await engine.ended()).toEqual({
    kind: "ended",
    exitCode: 1,
    why: "Kubernetes ended it: it took more memory than the job has (memory in the file of --engine-file)",
  });
});

test("an image and a Secret that are not there are named, and the Job goes", async () => {
  await using made = await cluster();
  await using image = await alone({ image: "nowhere/mle-star" });
  await image.submit(["true"]);
  expect(await image.ended()).toEqual({
    kind: "lost",
    why: 'ImagePullBackOff: Back-off pulling image "nowhere/mle-star"',
  });
  await using secret = await alone({ secrets: ["nokeys"] });
  await secret.submit(["true"]);
  expect(await secret.ended()).toEqual({
    kind: "lost",
    why: 'CreateContainerConfigError: secret "nokeys" not found',
  });
  expect(made.store.list("jobs", () => true)).toEqual([]);
});

test("what the API server refuses is told in its words", async () => {
  await using made = await cluster();
  const other = alone({ namespace: "theirs" });
  await expect(other).rejects.toThrow(
    `Kubernetes at ${made.address}: jobs.batch is forbidden: User "made" cannot list resource "jobs" in API group "batch" in the namespace "theirs"`,
  );
  await expect(alone({ context: "nowhere" })).rejects.toThrow('has no context "nowhere"');
  await expect(alone({ volumes: [{ path: "/data", claim: "data" }] })).rejects.toThrow(
    /no volume that can be written holds the batch folder \//u,
  );
  const quota = 'jobs.batch "x" is forbidden: exceeded quota: team, requested: count/jobs.batch=1';
  await using engine = await alone({});
  made.refuseNext({ code: 403, reason: "Forbidden", message: quota });
  await expect(engine.submit(["true"])).rejects.toThrow(quota);
});

test("a client certificate opens a cluster that speaks TLS, one without it does not, nor one of another authority", async () => {
  const certificates = await makeCertificates();
  const user = {
    "client-certificate-data": inBase64(certificates.client.cert),
    "client-key-data": inBase64(certificates.client.key),
  };
  await using made = await cluster({}, certificates, user);
  await using batch = await batchOn(made.engine(), 2);
  await finishedOnce(batch, batch.start());
  {
    await using nobody = await cluster({}, certificates, {});
    await expect(alone({})).rejects.toThrow(`Kubernetes at ${nobody.address}: Unauthorized`);
  }
  await using other = await cluster({}, await makeCertificates(), user);
  await expect(alone({})).rejects.toThrow(`Kubernetes at ${other.address}`);
  const content = await readFile(process.env.KUBECONFIG ?? "", "utf8");
  const stranger = content.replace(/"certificate-authority-data":"[^"]*"/u, () =>
    JSON.stringify(authorityOf(certificates)).slice(1, -1),
  );
  await writeFile(process.env.KUBECONFIG ?? "", stranger);
  await expect(alone({})).rejects.toThrow(/does not answer: .*certificate|signature/u);
});

test("in a pod the engine takes the account of that pod, whose token may be renewed", async () => {
  const certificates = await makeCertificates();
  await using made = await cluster({}, certificates);
  const account = await mkdtemp(join(tmpdir(), "mle-star-account-"));
  const { hostname, port } = new URL(made.address);
  const environment = {
    PATH: process.env.PATH,
    HOME: account,
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
  };
  try {
    await writeFile(join(account, "namespace"), made.namespace);
    await writeFile(join(account, "token"), `${TOKEN}\n`);
    await expect(alone({}, { environment, account })).rejects.toThrow(
      `kubernetes: this pod has no account (${account}/ca.crt)`,
    );
    await writeFile(join(account, "ca.crt"), certificates.authority);
    await using engine = await alone({}, { environment, account });
    await writeFile(join(account, "token"), "made-token-that-has-expired");
    await expect(engine.submit(["true"])).rejects.toThrow("Unauthorized");
    await writeFile(join(account, "token"), TOKEN);
    await engine.submit(["echo", "in a pod"]);
    expect(await engine.ended()).toEqual({ kind: "ended", exitCode: 0 });
    expect(await engine.log()).toBe("in a pod\n");
  } finally {
    await rm(account, { recursive: true, force: true });
  }
});

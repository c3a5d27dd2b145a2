import { existsSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import type Docker from "dockerode";
import { SandboxUnavailable } from "../../runs/errors.ts";
import { inTime } from "../../runs/patience.ts";

/** A container engine that answered. */
export type Engine = {
  docker: Docker;
  product: "docker" | "podman";
  /** `Docker 28.2.2`, `Podman Engine 4.3.1`. */
  name: string;
  cores: number;
  isRootless: boolean;
  /** What is asked of it and takes longer is a hang. */
  patienceSeconds: number;
};

/** Who asks for the engine itself waits less: there may be another. */
const FINDING_MS = 10_000;
/** Starting a container on a busy machine takes seconds. */
const PATIENCE_SECONDS = 120;

/** What it takes to ask an engine. */
export type Contact = Pick<Engine, "docker" | "name" | "patienceSeconds">;

/** What an engine answers in time: all but waiting for the end of a script and building an image. Throws `SandboxUnavailable`. */
export async function ask<T>(
  { docker, name, patienceSeconds }: Contact,
  what: string,
  call: (docker: Docker) => Promise<T>,
): Promise<T> {
  const answer = await inTime(call(docker), patienceSeconds);
  if (answer !== null) return answer.value;
  throw new SandboxUnavailable(`${name} did not answer within ${patienceSeconds} s (${what})`);
}

/** The engine of that make behind DOCKER_HOST, `podmanHost` or a usual socket; a sentence saying why where none answers. */
export async function findEngine(
  product: Engine["product"],
  podmanHost: string | null = null,
): Promise<Engine | string> {
  const name = product === "docker" ? "Docker" : "Podman";
  let reason = `${name} does not answer`;
  for (const docker of await clients(product, podmanHost)) {
    try {
      const engine = await describeEngine(docker);
      if (typeof engine === "string") reason = engine;
      else if (engine.product === product) return engine;
    } catch (error) {
      reason = `${name} does not answer (${error instanceof Error ? error.message : error})`;
    }
  }
  return reason;
}

/** The client as the environment configures it, which may lead to either, then the usual sockets. */
async function clients(product: Engine["product"], podmanHost: string | null): Promise<Docker[]> {
  // Loaded where an engine is asked: it brings SSH and gRPC along.
  const { default: Client } = await import("dockerode");
  const { uid } = userInfo();
  const usual =
    product === "docker"
      ? [
          `/run/user/${uid}/docker.sock`,
          `${homedir()}/.docker/run/docker.sock`,
          `${homedir()}/.docker/desktop/docker.sock`,
        ]
      : [
          ...(podmanHost?.startsWith("unix://") ? [podmanHost.slice("unix://".length)] : []),
          "/run/podman/podman.sock",
          `/run/user/${uid}/podman/podman.sock`,
        ];
  const sockets = usual.filter((path) => existsSync(path));
  return [new Client(), ...sockets.map((socketPath) => new Client({ socketPath }))];
}

/** The engine that answers there; a sentence when it cannot be used. */
async function describeEngine(docker: Docker): Promise<Engine | string> {
  // A daemon that hangs must not hang us: ask for little, and with a deadline.
  const deadline = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error("it hangs")), FINDING_MS).unref();
  });
  await Promise.race([docker.ping(), deadline]);
  const asked = Promise.all([docker.version(), docker.info()]);
  const [version, info] = await Promise.race([asked, deadline]);
  const component = version.Components?.[0]?.Name ?? "Engine";
  const product = component.startsWith("Podman") ? "podman" : "docker";
  const options: string[] = info.SecurityOptions ?? [];
  const isRootless = options.some((option) => option.includes("rootless"));
  const name = `${component === "Engine" ? "Docker" : component} ${version.Version}`;
  if (isRootless && `${info.CgroupVersion}` === "1") {
    return `${name} is rootless on control groups v1, where it silently drops every limit: run it as root, or boot with control groups v2`;
  }
  if (isRootless && (info.CgroupDriver === "none" || info.MemoryLimit === false)) {
    return `${name} is rootless and has no control groups of its own, so that it drops every limit: start it by the user's service manager (systemctl --user), or run it as root`;
  }
  return {
    docker,
    product,
    name,
    cores: info.NCPU,
    isRootless,
    patienceSeconds: PATIENCE_SECONDS,
  };
}

import { existsSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import Docker from "dockerode";

/** A container engine that answered. */
export type Engine = {
  docker: Docker;
  /** `Docker 28.2.2`, `Podman Engine 4.3.1`. */
  name: string;
  cores: number;
  isRootless: boolean;
};

const ANSWER_MS = 10_000;

/** The engine behind DOCKER_HOST or a usual socket; a sentence saying why where none answers. */
export async function findEngine(): Promise<Engine | string> {
  let reason = "no container engine answers";
  for (const docker of clients()) {
    try {
      return await describeEngine(docker);
    } catch (error) {
      reason = `no container engine answers (${error instanceof Error ? error.message : error})`;
    }
  }
  return reason;
}

/** The client as the environment configures it, then the sockets of rootless engines and of desktops. */
function clients(): Docker[] {
  const usual = [`/run/user/${userInfo().uid}/docker.sock`, `${homedir()}/.docker/run/docker.sock`];
  const sockets = usual.filter((path) => existsSync(path));
  return [new Docker(), ...sockets.map((socketPath) => new Docker({ socketPath }))];
}

async function describeEngine(docker: Docker): Promise<Engine> {
  // A daemon that hangs must not hang us: ask for little, and with a deadline.
  const deadline = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error("it hangs")), ANSWER_MS).unref();
  });
  await Promise.race([docker.ping(), deadline]);
  const [version, info] = await Promise.all([docker.version(), docker.info()]);
  const component = version.Components?.[0]?.Name ?? "Engine";
  const product = component === "Engine" ? "Docker" : component;
  const options: string[] = info.SecurityOptions ?? [];
  return {
    docker,
    name: `${product} ${version.Version}`,
    cores: info.NCPU,
    isRootless: options.some((option) => option.includes("name=rootless")),
  };
}

import { userInfo } from "node:os";
import type { ContainerCreateOptions, DeviceRequest, MountSettings } from "dockerode";
import type { Job, SharedMounts } from "../contract.ts";
import { NOBODY_USER } from "../linux/ownership.ts";
import { seccompFilter } from "../linux/seccomp.ts";
import { runnerArguments, scriptEnvironment } from "../script-environment.ts";
import { LOG_NAME, TRACE_NAME } from "../traces.ts";
import type { Engine } from "./engine.ts";

export const OWNER_LABEL = "mle-star.owner";
const RUN_LABEL = "mle-star.run";

export type Hardening = {
  engine: Engine;
  image: string;
  run: string;
  sharedMounts: SharedMounts;
  /** Whether the engine is asked to limit cores; they are not always delegated to a rootless one. */
  limitsCores: boolean;
  /** Identity of the harness, as JSON: its death makes the container an orphan. */
  owner: string;
  /** `uid:gid` that the script runs as. */
  user: string;
  /** Input folders known to be readable for that user. */
  readable: Set<string>;
  /** Containers that are being removed. */
  removals: Set<Promise<void>>;
};

const OPEN_FILES = 4096;
/** Of one user over all containers; each container has a limit of its own besides. */
const PROCESSES = 16_384;
const MEBIBYTE = 1024 * 1024;
/** What engines keep read-only by default; naming any path replaces the whole list. */
const READ_ONLY = ["asound", "bus", "fs", "irq", "sys", "sysrq-trigger"].map(
  (name) => `/proc/${name}`,
);
const PATH = "/opt/mle-star/env/bin:/usr/local/bin:/usr/bin:/bin";

/** Who a script runs as: the caller, or nobody when the caller is root. */
export function scriptUser(engine: Engine): string {
  // In a rootless engine the container's root is the caller, without any privilege on the host.
  if (engine.isRootless) return "0:0";
  const { uid, gid } = userInfo();
  return uid <= 0 ? NOBODY_USER : `${uid}:${gid}`;
}

/** One container for one script: everything is closed that a script does not need. */
export function containerOptions(
  hardening: Hardening,
  job: Job,
  devices: readonly DeviceRequest[],
): ContainerCreateOptions {
  const { engine, image, run, owner, user, sharedMounts, limitsCores } = hardening;
  const { limits } = job;
  const environment = Object.entries({
    ...scriptEnvironment(job, "/tmp", PATH),
    ...sharedMounts.environment,
  });
  const memory = limits.memoryMb * MEBIBYTE;
  const fileBytes = limits.diskMb * MEBIBYTE;
  return {
    Image: image,
    Cmd: command(job),
    Env: environment.map(([name, value]) => `${name}=${value}`),
    WorkingDir: "/work",
    User: user,
    NetworkDisabled: true,
    AttachStdout: false,
    AttachStderr: false,
    Labels: { [RUN_LABEL]: run, [OWNER_LABEL]: owner, "mle-star.at": job.at },
    HostConfig: {
      // Mounts, unlike binds, are refused when the source is missing.
      Mounts: [
        { Type: "bind", Source: job.workspace, Target: "/work" },
        { Type: "bind", Source: job.input, Target: "/work/input", ReadOnly: true },
        ...readOnlyMounts(sharedMounts),
      ],
      NetworkMode: "none",
      IpcMode: "private",
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      ReadonlyRootfs: true,
      // There the script is root to the container, who could write the folder of devices.
      ...(engine.isRootless ? { ReadonlyPaths: [...READ_ONLY, "/dev"] } : {}),
      Tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,size=1g,mode=1777" },
      ShmSize: Math.floor(memory / 2),
      Memory: memory,
      MemorySwap: memory,
      ...(limitsCores ? { NanoCpus: Math.floor(Math.min(limits.cpus, engine.cores) * 1e9) } : {}),
      PidsLimit: limits.pids,
      Ulimits: [
        ulimit("nofile", OPEN_FILES),
        // Named ones replace the engine's defaults, of which Podman's are higher than we may have.
        ...(engine.product === "podman" ? [ulimit("nproc", PROCESSES)] : []),
        ulimit("core", 0),
        ulimit("fsize", fileBytes),
      ],
      // Output goes to a file: through the engine's log 200 MB take a minute and a half.
      LogConfig: { Type: "none", Config: {} },
      ...(devices.length > 0 ? { DeviceRequests: [...devices] } : {}),
    },
  };
}

/**
 * The shell stays: when the script has ended it records how often the kernel killed for memory, which not every engine
 * reports, through a descriptor that no trick with file names can redirect. The script could forge the record, and
 * would only harm itself.
 */
const SHELL = `exec 3>>${TRACE_NAME}
"$@" >${LOG_NAME} 2>&1 3>&-
code=$?
for file in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
  [ -r $file ] || continue
  while read name count; do [ "$name" = oom_kill ] && printf 'oom-kills %s\\000' "$count" >&3; done <$file
done
exit $code`;

/** The time limit is kept inside as well, so that the script ends on time when the harness is gone. */
function command(job: Job): string[] {
  const limit = ["timeout", "-s", "KILL", `${job.limits.seconds}`];
  const python = ["python", "/opt/mle-star/runner.py", ...runnerArguments(job, TRACE_NAME)];
  const filter = seccompFilter(process.arch)?.toString("base64");
  return ["sh", "-c", SHELL, "sh", ...limit, ...python, ...(filter === undefined ? [] : [filter])];
}

function ulimit(Name: string, value: number): { Name: string; Soft: number; Hard: number } {
  return { Name, Soft: value, Hard: value };
}

/** A socket can be connected to through a read-only mount, but not replaced or removed. */
function readOnlyMounts({ readOnly, sockets }: SharedMounts): MountSettings[] {
  return [...readOnly, ...sockets].map(({ source, target }) => ({
    Type: "bind",
    Source: source,
    Target: target,
    ReadOnly: true,
  }));
}

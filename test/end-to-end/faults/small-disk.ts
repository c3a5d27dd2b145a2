import { execFileSync } from "node:child_process";
import { existsSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A file system of a few megabytes, in memory: it can be filled, enlarged and made read-only while a program uses it. */
export type SmallDisk = AsyncDisposable & {
  folder: string;
  /** Kilobytes in use. */
  usedKb(): number;
  /** Takes all of its room, in the middle of whatever is going on. */
  fill(): void;
  empty(): void;
  resize(kilobytes: number): void;
  setReadOnly(isReadOnly: boolean): void;
};

const FILLER = "filler";
/** As long as a script of another test may take. */
const MS_HELD = 120_000;

/** Whether this user may mount; why not, in words, or null. */
export function whyNoDisks(): string | null {
  if (process.platform !== "linux") return "only Linux has file systems of a given size in memory";
  try {
    execFileSync("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], {
      stdio: "pipe",
    });
    return process.getuid?.() === 0 ? null : "only root may mount";
  } catch {
    return "mounting is not allowed here";
  }
}

export async function smallDisk(folder: string, kilobytes: number): Promise<SmallDisk> {
  await mkdir(folder, { recursive: true });
  const mount = (...args: string[]): void => void execFileSync("mount", args, { stdio: "pipe" });
  mount("-t", "tmpfs", "-o", `size=${kilobytes}k,mode=1777`, "tmpfs", folder);
  const filler = join(folder, FILLER);
  return {
    folder,
    usedKb: () => {
      const { blocks, bfree, bsize } = statfsSync(folder);
      return ((blocks - bfree) * bsize) / 1024;
    },
    fill: () => {
      const { bavail, bsize } = statfsSync(folder);
      if (bavail > 0) writeFileSync(filler, Buffer.alloc(bavail * bsize));
    },
    empty: () => rmSync(filler, { force: true }),
    resize: (size) => mount("-o", `remount,size=${size}k`, folder),
    setReadOnly: (isReadOnly) => mount("-o", `remount,${isReadOnly ? "ro" : "rw"}`, folder),
    [Symbol.asyncDispose]: async () => {
      execFileSync("umount", ["--lazy", folder], { stdio: "pipe" });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A file system on a device that breaks: the kernel then lets nobody write to it, whatever is open. */
export type FailingDisk = AsyncDisposable & {
  folder: string;
  fail(): void;
  /** What an administrator does: takes it off, has it checked, and mounts it again. */
  repair(): Promise<void>;
};

/** Why a failing disk cannot be had here, in words, or null. */
export async function whyNoFailingDisks(folder: string): Promise<string | null> {
  const reason = whyNoDisks();
  if (reason !== null) return reason;
  try {
    await using disk = await failingDisk(folder, 4096);
    disk.fail();
    return null;
  } catch (error) {
    return `no disk that fails can be made: ${error instanceof Error ? error.message : error}`;
  }
}

export async function failingDisk(folder: string, kilobytes: number): Promise<FailingDisk> {
  const image = `${folder}.img`;
  await mkdir(folder, { recursive: true });
  const sh = (command: string, ...args: string[]): string =>
    execFileSync(command, args, { stdio: "pipe", encoding: "utf8" });
  const mount = (): void => void sh("mount", "-o", "loop,errors=remount-ro", image, folder);
  sh("truncate", "-s", `${kilobytes}K`, image);
  sh("mkfs.ext4", "-q", "-F", image);
  mount();
  return {
    folder,
    fail: () => {
      const device = sh("findmnt", "--noheadings", "--output", "SOURCE", folder).trim();
      const trigger = `/sys/fs/ext4/${basename(device)}/trigger_fs_error`;
      if (!existsSync(trigger)) throw new Error(`${trigger} is missing`);
      writeFileSync(trigger, "made to fail");
    },
    repair: async () => {
      sh("umount", folder);
      // A sandbox that another program has started meanwhile holds what was mounted then, and its error, until it ends.
      const deadline = Date.now() + MS_HELD;
      while (sh("losetup", "--associated", image) !== "" && Date.now() < deadline) await sleep(200);
      // It exits with 1 where it mended something.
      sh("sh", "-c", 'e2fsck -fy "$1" || [ $? -eq 1 ]', "sh", image);
      mount();
    },
    [Symbol.asyncDispose]: async () => {
      sh("umount", "--lazy", folder);
      await rm(folder, { recursive: true, force: true });
      await rm(image, { force: true });
    },
  };
}

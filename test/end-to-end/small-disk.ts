import { execFileSync } from "node:child_process";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

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

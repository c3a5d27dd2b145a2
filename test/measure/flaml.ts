import { access, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

/** An interpreter with FLAML, in an environment of its own that is made when first asked for; null, with the reason told, where it cannot be had. */
export async function flamlPython(
  python: string,
  cacheDir: string,
  note: (line: string) => void,
): Promise<string | null> {
  const folder = join(cacheDir, "bench-flaml");
  const own = join(folder, "bin", "python");
  const ready = await access(own).then(
    () => true,
    () => false,
  );
  if (ready && (await works(own))) return own;
  note("setting up FLAML (first use)");
  await rm(folder, { recursive: true, force: true });
  const quietly = { reject: false, stdin: "ignore", all: true } as const;
  await execa(python, ["-m", "venv", folder], quietly);
  const pip = ["-m", "pip", "install", "--quiet", "--prefer-binary", "flaml[automl]"];
  const installed = await execa(own, pip, quietly);
  if (await works(own)) return own;
  const why = (installed.all ?? installed.shortMessage ?? "").trim().split("\n").at(-1);
  note(`FLAML is left out: it could not be installed: ${why}`);
  return null;
}

async function works(python: string): Promise<boolean> {
  const probe = await execa(python, ["-c", "from flaml import AutoML"], {
    reject: false,
    stdin: "ignore",
  });
  return probe.exitCode === 0;
}

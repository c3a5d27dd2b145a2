import { basename, dirname, join } from "node:path";
import { type Bundle, bundleRun } from "../../../runs/export/bundle.ts";
import { redactorOf, secretsOf } from "../../../runs/record/secrets.ts";

/** Bundles a run into the current folder, or where it is wanted. */
export async function writeBundle(
  folder: string,
  wanted: string | null,
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Bundle> {
  const name = `mle-star-${basename(dirname(folder))}-${basename(folder)}.tar.gz`;
  return bundleRun(folder, wanted ?? join(cwd, name), redactorOf(secretsOf(env)));
}

/** What is in a bundle and what was left out, for the one who sends it. */
export function bundleText({ file, bytes, files, leftOut }: Bundle): string {
  const left = leftOut.map(({ name, bytes: size, why }) => `  ${name} (${size} bytes): ${why}`);
  return [
    `${file}: ${files.length} files, ${bytes} bytes`,
    "left out:",
    ...left,
    "Keys of this machine's environment and whatever looks like a key are hidden. Look it through before you send it.",
    "",
  ].join("\n");
}

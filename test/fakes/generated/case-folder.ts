import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Case } from "./cases.ts";

/** A case on disk: its folder, and its answers outside of it; gone at the end of the block that holds it. */
export async function caseFolder(
  made: Case,
): Promise<{ path: string; answers: string; root: string } & AsyncDisposable> {
  const root = await mkdtemp(join(tmpdir(), "mle-star-case-"));
  const path = join(root, "bicycles");
  await mkdir(path);
  for (const [name, content] of Object.entries(made.files)) {
    const file = join(path, name);
    await mkdir(dirname(file), { recursive: true });
    if (typeof content === "string") await writeFile(file, content);
    else await symlink(content.link, file);
  }
  const answers = join(root, "answers.csv");
  await writeFile(answers, made.answers);
  const close = () => rm(root, { recursive: true, force: true });
  return { path, answers, root, [Symbol.asyncDispose]: close };
}

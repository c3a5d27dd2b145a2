import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import * as z from "zod";
import { CompetitionInvalid } from "../../../../runs/errors.ts";
import { shown } from "../../../../tasks/message-text.ts";
import type { SourceFile } from "../../../python-source/copied.ts";

const Notebook = z.object({
  cells: z.array(
    z.object({ cell_type: z.string(), source: z.union([z.string(), z.array(z.string())]) }),
  ),
});

/** Public kernels that lie in a folder: scripts, and the code of notebooks. Throws `CompetitionInvalid`. */
export async function readKernels(folder: string): Promise<SourceFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  const kernels: SourceFile[] = [];
  for (const path of paths) {
    if (extname(path) === ".py") kernels.push({ name: path, code: await readFile(path, "utf8") });
    if (extname(path) === ".ipynb") kernels.push({ name: path, code: await codeOf(path) });
  }
  return kernels;
}

async function codeOf(path: string): Promise<string> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, "utf8"));
  } catch {
    throw new CompetitionInvalid(`${shown(path)}: not a notebook: it is no JSON`);
  }
  const notebook = Notebook.safeParse(content);
  if (!notebook.success) throw new CompetitionInvalid(`${shown(path)}: not a notebook: no cells`);
  const cells = notebook.data.cells.filter(({ cell_type }) => cell_type === "code");
  return cells.map(({ source }) => plain([source].flat().join(""))).join("\n\n");
}

/** Without the commands of notebooks, which are no Python. */
function plain(cell: string): string {
  return cell
    .split("\n")
    .filter((line) => !/^\s*[%!]/u.test(line))
    .join("\n");
}

import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";

/** Pictures of a file in COCO's form, with the one class of each where it has labels. */
export type CocoImages = {
  file: string;
  hasLabels: boolean;
  /** `label` is null in a file without labels. */
  images: { id: string; path: string; label: string | null }[];
};

const name = z.union([z.string(), z.number()]).transform(String);
const Coco = z.object({
  images: z.array(z.object({ id: name, file_name: z.string() })).min(1),
  annotations: z.array(z.object({ image_id: name, category_id: name })).optional(),
});
/** More than a text of JavaScript holds cannot be read at once. */
const MAX_BYTES = 500_000_000;

/** The files of annotations among these; pictures with several classes are left out. */
export async function cocoFiles(folder: string, files: readonly string[]): Promise<CocoImages[]> {
  const found: CocoImages[] = [];
  for (const file of files.filter((each) => each.endsWith(".json"))) {
    const path = join(folder, file);
    if ((await stat(path)).size > MAX_BYTES) continue;
    const text = await readFile(path, "utf8");
    // A file of another form is somebody else's.
    if (!/"images"\s*:/u.test(text)) continue;
    const coco = Coco.safeParse(JSON.parse(text));
    if (!coco.success) continue;
    const { images, annotations } = coco.data;
    const labels = new Map<string, Set<string>>();
    for (const { image_id, category_id } of annotations ?? []) {
      labels.set(image_id, (labels.get(image_id) ?? new Set()).add(category_id));
    }
    const hasLabels = labels.size > 0;
    const kept = images.filter(({ id }) => !hasLabels || labels.get(id)?.size === 1);
    found.push({
      file,
      hasLabels,
      images: kept.map(({ id, file_name }) => ({
        id,
        path: placeOf(files, dirname(file), file_name),
        label: hasLabels ? ([...(labels.get(id) ?? [])][0] ?? null) : null,
      })),
    });
  }
  return found;
}

/** Names of files are relative to the annotations, or to the folder above them, or to the data. */
function placeOf(files: readonly string[], folder: string, name: string): string {
  const known = filesSet(files);
  const options = [join(folder, name), join(folder, "images", name), name];
  return options.map((each) => each.replace(/^\.\//u, "")).find((each) => known.has(each)) ?? name;
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

function filesSet(files: readonly string[]): ReadonlySet<string> {
  const known = sets.get(files) ?? new Set(files);
  sets.set(files, known);
  return known;
}

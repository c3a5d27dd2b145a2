import { dirname, sep } from "node:path";

/** Whether a path is a folder, or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Every folder above a path but the root, from the top down. */
export function parentsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === path || parent === sep ? [] : [...parentsOf(parent), parent];
}

/** Without the paths that lie in others, each once. */
export function outermost(paths: readonly string[]): string[] {
  const unique = [...new Set(paths)];
  return unique.filter((path) => !unique.some((each) => each !== path && isWithin(path, each)));
}

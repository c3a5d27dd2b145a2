/** Names under which packages are imported, where they are not those they are installed by. */
const DISTRIBUTIONS: Record<string, string> = {
  sklearn: "scikit-learn",
  skimage: "scikit-image",
  PIL: "pillow",
  cv2: "opencv-python",
  yaml: "pyyaml",
  dateutil: "python-dateutil",
  umap: "umap-learn",
  imblearn: "imbalanced-learn",
};
/** Imported by nearly every example: they do not identify the model. */
const COMMON = new Set(["numpy", "pandas"]);

/** The first library that an example imports, with the version that is installed; null where there is none. */
export function libraryOf(code: string, packages: readonly string[]): string | null {
  const known = modulesOf(code)
    .filter((name) => !COMMON.has(name))
    .map((name) => ({ name, version: versionOf(name, packages) }));
  const found = known.find(({ version }) => version !== "");
  return found === undefined ? null : `${distributionOf(found.name)} ${found.version}`;
}

/** The installed version of what a module belongs to, or an empty text; builds for other hardware have a suffix. */
export function versionOf(module: string, packages: readonly string[]): string {
  return pinOf(module, packages)?.split("==")[1] ?? "";
}

/** What a module belongs to as it is installed, `lightgbm==4.7.0`; null where it is not. */
export function pinOf(module: string, packages: readonly string[]): string | null {
  const wanted = distributionOf(module);
  const isWanted = (each: string) =>
    (each.split("==")[0] ?? "")
      .toLowerCase()
      .replaceAll("_", "-")
      .replace(/-(?:cpu|gpu|headless)$/u, "") === wanted;
  return packages.find(isWanted) ?? null;
}

/** The top-level modules that a script imports, in their order, each once. */
export function modulesOf(code: string): string[] {
  const lines = code.matchAll(/^[^\S\n]*(?:from[^\S\n]+(\w+)|import[^\S\n]+([\w .,]+))/gmu);
  const names = [...lines].flatMap(([, from, imported = ""]) =>
    from === undefined
      ? imported.split(",").map((part) => /^\s*(\w+)/u.exec(part)?.[1] ?? "")
      : [from],
  );
  return [...new Set(names)].filter((name) => name !== "");
}

/** By what name the package of a module is installed. */
export function distributionOf(module: string): string {
  return (DISTRIBUTIONS[module] ?? module).toLowerCase().replaceAll("_", "-");
}

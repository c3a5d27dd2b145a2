/** Names under which packages are imported, where they are not those they are installed by. */
const DISTRIBUTIONS: Record<string, string> = {
  sklearn: "scikit-learn",
  skimage: "scikit-image",
  PIL: "pillow",
  cv2: "opencv-python",
};
/** Imported by nearly every example: they do not identify the model. */
const COMMON = new Set(["numpy", "pandas"]);

/** The first library that an example imports, with the version that is installed; null where there is none. */
export function libraryOf(code: string, packages: readonly string[]): string | null {
  const modules = [...code.matchAll(/^\s*(?:import|from)\s+([A-Za-z_]\w*)/gmu)].map(
    ([, name = ""]) => name,
  );
  const known = modules
    .filter((name) => !COMMON.has(name))
    .map((name) => ({ name, version: versionOf(name, packages) }));
  const found = known.find(({ version }) => version !== "");
  return found === undefined ? null : `${distributionOf(found.name)} ${found.version}`;
}

/** The installed version of what a module belongs to, or an empty text; builds for other hardware have a suffix. */
export function versionOf(module: string, packages: readonly string[]): string {
  const wanted = distributionOf(module);
  for (const each of packages) {
    const [name = "", version = ""] = each.split("==");
    const plain = name
      .toLowerCase()
      .replaceAll("_", "-")
      .replace(/-(?:cpu|gpu)$/u, "");
    if (plain === wanted) return version;
  }
  return "";
}

function distributionOf(module: string): string {
  return (DISTRIBUTIONS[module] ?? module).toLowerCase().replaceAll("_", "-");
}

/** Columns as a person names them: one by its whole name, commas included, or several with commas between. */
export function namedColumns(names: readonly string[], header: readonly string[]): string[] {
  return names.flatMap((name) =>
    header.includes(name) ? [name] : name.split(",").map((part) => part.trim()),
  );
}

import { versionOf } from "../installed.ts";
import type { ErrorKey } from "./item.ts";

/** Names of exceptions at the beginning of a line, with their modules. */
const EXCEPTION = /^(?:[A-Za-z_]\w*\.)*([A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit))\b/u;

/** By what an error is known again: the class of the last exception, and the package whose code raised it. */
export function errorOf(log: string, packages: readonly string[]): ErrorKey {
  const lines = log.trimEnd().split("\n");
  const said = lines.findLast((line) => EXCEPTION.test(line.trim()));
  const exception = EXCEPTION.exec(said?.trim() ?? "")?.[1] ?? "";
  const frame = lines.findLast((line) => /^\s*File "/u.test(line)) ?? "";
  const library = /(?:site|dist)-packages\/([A-Za-z_]\w*)/u.exec(frame)?.[1] ?? null;
  const version = library === null ? "" : versionOf(library, packages);
  return { exception, library, version: version === "" ? null : version };
}

/** How well a known error fits one at hand; null: not at all. Another major version of the library fits less. */
export function fitOf(known: ErrorKey, now: ErrorKey): number | null {
  if (known.exception === "" || known.exception !== now.exception) return null;
  if (known.library !== now.library)
    return known.library === null || now.library === null ? 0 : null;
  if (known.library === null) return 1;
  return major(known.version) === major(now.version) ? 2 : 0.5;
}

function major(version: string | null): string {
  return version?.split(".")[0] ?? "";
}

import { modulesOf, pinOf } from "../../../installed.ts";
import type { Material } from "./material.ts";

/** What the referee's rules import. */
const OF_REFEREE = ["numpy", "scipy", "sklearn"];

/** Where builds for one kind of hardware are, whose versions the usual index does not have. */
const BUILDS = /\+(cpu|cu\d+)$/u;

/** The installed packages that the scripts import, as the run had them. */
export function pinsOf({ standing, brief, needsReferee }: Material): string[] {
  const modules = standing.scripts.flatMap(({ code }) => modulesOf(code));
  const all = [...modules, ...(needsReferee ? OF_REFEREE : [])];
  const pins = all.flatMap((module) => pinOf(module, brief.packages) ?? []);
  return [...new Set(pins)].sort();
}

/** `requirements.txt`: what is imported, with what it needs in turn in the versions of `constraints.txt`. */
export function requirementsText(material: Material): string {
  const pins = pinsOf(material);
  const builds = new Set(pins.flatMap((pin) => BUILDS.exec(pin)?.[1] ?? []));
  const indexes = [...builds].map(
    (build) => `--extra-index-url https://download.pytorch.org/whl/${build}`,
  );
  return `${["-c constraints.txt", ...indexes, ...pins].join("\n")}\n`;
}

/** `constraints.txt`: every package that the scripts could import in the run. */
export function constraintsText({ brief }: Material): string {
  return `# every package that was there in the run\n${brief.packages.join("\n")}\n`;
}

import type { Node } from "web-tree-sitter";
import type { Mode } from "../roles/inputs.ts";
import { lineStarts } from "./tree.ts";
import { type Unit, unitsOf } from "./units.ts";

/** A run of statements of a script that belong together. Offsets are UTF-16 indexes into the code. */
export type Block = {
  /** `block-1`, `block-2` … in the order of the script. */
  id: string;
  /** The header comment above it, else what it defines, else its first line; one line. */
  title: string;
  start: number;
  end: number;
  text: string;
  /** Reads the input or writes the submission (or, self-reported, splits and scores): may not be targeted. */
  isProtected: boolean;
};

/** Units that belong together. */
type Group = Unit[];

const fewest = 4;
const most = 15;
/** Targets there should be to choose from, where the script is long enough for them. */
const choices = 3;
/** Runs shorter than this are joined to a neighbour, longer ones than `long` are halved. */
const tiny = 4;
const long = 40;

/** A script as blocks: every line that is not blank stands in exactly one, in order. */
export function splitBlocks(root: Node, code: string, mode: Mode): Block[] {
  const lines = code.split("\n");
  const units = unitsOf(root, lines, mode);
  const sections = units.filter((unit) => hasSectionHeader(unit, lines)).length;
  const groups = sections >= 2 ? bySection(units, lines) : byShape(units, lines);
  const starts = lineStarts(code);
  return groups.map((group, index) => {
    const start = starts[group[0]?.first ?? 0] ?? 0;
    const row = group.at(-1)?.last ?? 0;
    const end = (starts[row] ?? 0) + (lines[row] ?? "").replace(/\r$/u, "").length;
    return {
      id: `block-${index + 1}`,
      title: titleOf(group, lines),
      start,
      end,
      text: code.slice(start, end),
      isProtected: isClosed(group),
    };
  });
}

/** Protected, or hardly more than imports, of which there is nothing to refine. */
function isClosed(group: Group): boolean {
  if (group.some((unit) => unit.isProtected)) return true;
  const imports = codeLines(group.filter((unit) => unit.kind === "import"));
  const others = codeLines(group) - imports;
  return others === 0 || (imports >= 3 && others <= 2);
}

function hasSectionHeader(unit: Unit, lines: readonly string[]): boolean {
  return unit.comments.some((row) => isSectionHeader(lines[row] ?? ""));
}

const contractTitle =
  /^(?:(?:write|read|load|save|create|make)\b.{0,12}\b(?:data|input|files?|tables?|submission)|read|write|load|save|data|submission)$/iu;

/** Marked sections stay whole, unless much that may be changed stands beside what may not. */
function bySection(units: readonly Unit[], lines: readonly string[]): Group[] {
  const sections = group(
    units,
    (unit, previous) => unit.container !== previous.container || hasSectionHeader(unit, lines),
  );
  return sections.flatMap((section) => {
    const open = section.filter((unit) => !unit.isProtected && unit.kind !== "import");
    // What is headed as reading or writing is the contract of a solution, whole.
    if (isClosed(section) && contractTitle.test(titleOf(section, lines))) return [section];
    const isMixed = section.some((unit) => unit.isProtected) && codeLines(open) >= 8;
    return isMixed
      ? joinTiny(
          group(section, (unit, previous) => unit.isProtected !== previous.isProtected),
          1,
        )
      : [section];
  });
}

/** Without marks, by blank lines, comments and definitions; then made neither too small nor too big. */
function byShape(units: readonly Unit[], lines: readonly string[]): Group[] {
  const runs = group(units, (unit, previous) => isBoundary(unit, previous));
  const joined = capped(joinTiny(runs, fewest));
  const halved = joined.flatMap((each) => halve(each, lines));
  return enough(halved);
}

function isBoundary(unit: Unit, previous: Unit): boolean {
  return (
    unit.container !== previous.container ||
    unit.isProtected !== previous.isProtected ||
    unit.blankBefore ||
    unit.kind === "definition" ||
    previous.kind === "definition" ||
    (previous.kind === "import" && unit.kind !== "import")
  );
}

function group(units: readonly Unit[], isNew: (unit: Unit, previous: Unit) => boolean): Group[] {
  const groups: Group[] = [];
  for (const unit of units) {
    const current = groups.at(-1);
    const previous = current?.at(-1);
    if (current === undefined || previous === undefined || isNew(unit, previous))
      groups.push([unit]);
    else current.push(unit);
  }
  return groups;
}

function codeLines(group: Group): number {
  return group.reduce((sum, unit) => sum + unit.last - unit.row + 1, 0);
}

/** Whether two neighbours may become one block: same depth, and nothing closed opens or opens up by it. */
function canJoin(one: Group | undefined, other: Group | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return one[0]?.container === other[0]?.container && isClosed(one) === isClosed(other);
}

/** A line or two with no neighbour of their kind may close with a closed one, but never the other way round. */
function canYield(small: Group, other: Group | undefined): boolean {
  if (other === undefined || isClosed(small) || !isClosed(other)) return false;
  return codeLines(small) <= 2 && small[0]?.container === other[0]?.container;
}

/** Joins the smallest runs to neighbours while more than `least` are left. */
function joinTiny(groups: readonly Group[], least: number): Group[] {
  const joined = groups.map((each) => [...each]);
  while (joined.length > least) {
    const small = joined
      .map((each, index) => ({ index, size: codeLines(each), partner: partnerOf(joined, index) }))
      .filter(({ size, partner }) => size < tiny && partner !== null)
      .sort((a, b) => a.size - b.size || a.index - b.index)[0];
    if (small === undefined || small.partner === null) break;
    joinAt(joined, Math.min(small.index, small.partner));
  }
  return joined;
}

/** A commented run rather joins what follows it, any other what stands before it; settings stay with the imports. */
function partnerOf(groups: readonly Group[], index: number): number | null {
  const small = groups[index];
  if (small === undefined) return null;
  const hasComment = (small[0]?.comments.length ?? 0) > 0;
  const order = hasComment ? [index + 1, index - 1] : [index - 1, index + 1];
  const alike = order.find((other) => canJoin(small, groups[other]));
  const closed = order.find((other) => canYield(small, groups[other]));
  const imports = groups[index - 1]?.every((unit) => unit.kind === "import") ?? false;
  return (imports && closed === index - 1 ? closed : alike) ?? closed ?? null;
}

function joinAt(groups: Group[], index: number): void {
  const next = groups.splice(index + 1, 1)[0] ?? [];
  groups[index]?.push(...next);
}

function capped(groups: Group[]): Group[] {
  while (groups.length > most) {
    const sizes = groups.map((each, index) =>
      canJoin(each, groups[index + 1])
        ? codeLines(each) + codeLines(groups[index + 1] ?? [])
        : Number.MAX_SAFE_INTEGER,
    );
    const smallest = Math.min(...sizes);
    if (smallest === Number.MAX_SAFE_INTEGER) return groups;
    joinAt(groups, sizes.indexOf(smallest));
  }
  return groups;
}

function halve(whole: Group, lines: readonly string[]): Group[] {
  if (whole.length < 2 || codeLines(whole) <= long) return [whole];
  return cutInTwo(whole).flatMap((part) => halve(part, lines));
}

/** Two parts as even as statements allow. */
function cutInTwo(whole: Group): [Group, Group] {
  const total = codeLines(whole);
  const lopsided = (at: number) => Math.abs(codeLines(whole.slice(0, at)) - total / 2);
  let best = 1;
  for (let at = 2; at < whole.length; at++) if (lopsided(at) < lopsided(best)) best = at;
  return [whole.slice(0, best), whole.slice(best)];
}

/** A script of few runs still offers a choice of targets. */
function enough(groups: Group[]): Group[] {
  while (groups.filter((each) => !isClosed(each)).length < choices) {
    const sizes = groups.map((each) => (each.length < 2 || isClosed(each) ? 0 : codeLines(each)));
    const largest = Math.max(0, ...sizes);
    const at = sizes.indexOf(largest);
    const whole = groups[at];
    if (largest < 8 || whole === undefined) return groups;
    groups.splice(at, 1, ...cutInTwo(whole));
  }
  return groups;
}

/** The comment above it, if a line or two stray in front of that; else what it defines, else its first line. */
function titleOf(group: Group, lines: readonly string[]): string {
  const unit = group[0];
  if (unit === undefined) return "";
  for (const [index, each] of group.entries()) {
    if (codeLines(group.slice(0, index)) >= tiny) break;
    const comments = each.comments.map((row) => lines[row] ?? "");
    const from = Math.max(0, comments.findIndex(isSectionHeader));
    const said = comments
      .slice(from)
      .map(commentTitle)
      .find((title) => title !== "");
    if (said !== undefined) return said;
  }
  return unit.name ?? (lines[unit.row] ?? "").trim().slice(0, 80);
}

const decoration = /^[#\s%=\-*~─━_+]+|[#\s=\-*~─━_+]+$/gu;

/** Whether a comment opens a section: `# --- title`, `# === title`, `# %%`, `# Step 2: title`, `# 3. title`. */
function isSectionHeader(comment: string): boolean {
  return /^#+\s*(?:%%|[-=*#~─━]{3,}|(?:step|part|section)\s*\d+|\d+[.)]\s)/iu.test(comment.trim());
}

/** What a comment says, without its decoration; empty for a ruler such as `# -----`. */
function commentTitle(comment: string): string {
  return comment.trim().replace(decoration, "").slice(0, 80);
}

/**
 * A block's new text under the section header of the old one: a header that a rewrite drops would let the
 * block run into its neighbor, and with a protected neighbor it could never be worked on again.
 */
export function keepHeader(block: string, text: string): string {
  const first = (code: string) =>
    code
      .split("\n")
      .find((line) => line.trim() !== "")
      ?.trim() ?? "";
  const header = first(block);
  if (!isSectionHeader(header) || isSectionHeader(first(text))) return text;
  return `${header}\n${text}`;
}

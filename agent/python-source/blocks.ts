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

/** Number of blocks of a script without section headers. */
const MIN_BLOCKS = 4;
const MAX_BLOCKS = 15;
/** Least number of blocks that may be changed, where the script is long enough. */
const MIN_TARGETS = 3;
/** Code lines: shorter blocks are joined to a neighbor, longer ones are halved. */
const MIN_LINES = 4;
const MAX_LINES = 40;

/** Splits a script into blocks: every line that is not blank is in exactly one, in order. */
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
      isProtected: isClosedToChanges(group),
    };
  });
}

/** Protected, or hardly more than imports, which offer nothing to refine. */
function isClosedToChanges(group: Group): boolean {
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
    // A section titled as reading or writing is protected as a whole.
    if (isClosedToChanges(section) && contractTitle.test(titleOf(section, lines))) return [section];
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
  const joined = withinMaximum(joinTiny(runs, MIN_BLOCKS));
  const halved = joined.flatMap((each) => halve(each, lines));
  return withEnoughTargets(halved);
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

/** Whether two neighbors may become one block: same container, and both protected or both not. */
function canJoin(one: Group | undefined, other: Group | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return (
    one[0]?.container === other[0]?.container && isClosedToChanges(one) === isClosedToChanges(other)
  );
}

/** One or two lines without a neighbor of their kind may join a protected one, but never the other way round. */
function canJoinProtected(small: Group, other: Group | undefined): boolean {
  if (other === undefined || isClosedToChanges(small) || !isClosedToChanges(other)) return false;
  return codeLines(small) <= 2 && small[0]?.container === other[0]?.container;
}

/** Joins the smallest runs to neighbors while more than `least` are left. */
function joinTiny(groups: readonly Group[], least: number): Group[] {
  const joined = groups.map((each) => [...each]);
  while (joined.length > least) {
    const small = joined
      .map((each, index) => ({ index, size: codeLines(each), partner: partnerOf(joined, index) }))
      .filter(({ size, partner }) => size < MIN_LINES && partner !== null)
      .sort((a, b) => a.size - b.size || a.index - b.index)[0];
    if (small === undefined || small.partner === null) break;
    joinAt(joined, Math.min(small.index, small.partner));
  }
  return joined;
}

/** A commented run prefers the next neighbor, any other the previous one; settings stay with the imports. */
function partnerOf(groups: readonly Group[], index: number): number | null {
  const small = groups[index];
  if (small === undefined) return null;
  const hasComment = (small[0]?.comments.length ?? 0) > 0;
  const order = hasComment ? [index + 1, index - 1] : [index - 1, index + 1];
  const alike = order.find((other) => canJoin(small, groups[other]));
  const closed = order.find((other) => canJoinProtected(small, groups[other]));
  const imports = groups[index - 1]?.every((unit) => unit.kind === "import") ?? false;
  return (imports && closed === index - 1 ? closed : alike) ?? closed ?? null;
}

function joinAt(groups: Group[], index: number): void {
  const next = groups.splice(index + 1, 1)[0] ?? [];
  groups[index]?.push(...next);
}

function withinMaximum(groups: Group[]): Group[] {
  while (groups.length > MAX_BLOCKS) {
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
  if (whole.length < 2 || codeLines(whole) <= MAX_LINES) return [whole];
  return cutInTwo(whole).flatMap((part) => halve(part, lines));
}

/** Two parts as even as statements allow. */
function cutInTwo(whole: Group): [Group, Group] {
  const total = codeLines(whole);
  const imbalance = (at: number) => Math.abs(codeLines(whole.slice(0, at)) - total / 2);
  let best = 1;
  for (let at = 2; at < whole.length; at++) if (imbalance(at) < imbalance(best)) best = at;
  return [whole.slice(0, best), whole.slice(best)];
}

/** Halves the largest blocks until there are enough targets. */
function withEnoughTargets(groups: Group[]): Group[] {
  while (groups.filter((each) => !isClosedToChanges(each)).length < MIN_TARGETS) {
    const sizes = groups.map((each) =>
      each.length < 2 || isClosedToChanges(each) ? 0 : codeLines(each),
    );
    const largest = Math.max(0, ...sizes);
    const at = sizes.indexOf(largest);
    const whole = groups[at];
    if (largest < 8 || whole === undefined) return groups;
    groups.splice(at, 1, ...cutInTwo(whole));
  }
  return groups;
}

/** The comment above it, also where one or two lines precede it; else what it defines, else its first line. */
function titleOf(group: Group, lines: readonly string[]): string {
  const unit = group[0];
  if (unit === undefined) return "";
  for (const [index, each] of group.entries()) {
    if (codeLines(group.slice(0, index)) >= MIN_LINES) break;
    const comments = each.comments.map((row) => lines[row] ?? "");
    const from = Math.max(0, comments.findIndex(isSectionHeader));
    const title = comments
      .slice(from)
      .map(commentTitle)
      .find((text) => text !== "");
    if (title !== undefined) return title;
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
 * block run into its neighbor, and with a protected neighbor it could never be refined again.
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

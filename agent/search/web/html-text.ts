import { load } from "cheerio/slim";
import { boundedHtml } from "./bounded-html.ts";

/** What a page says, without what surrounds it: headings, paragraphs, lists, code and tables as plain Markdown. */
export type PageText = { title: string; text: string };

const SKIPPED = new Set(
  "title script style noscript template iframe object svg canvas nav header footer aside form button select input dialog head".split(
    " ",
  ),
);
const BLOCKS = new Set(
  "address article blockquote br dd details div dl dt figcaption figure hr li main ol p section summary table tbody thead tr ul".split(
    " ",
  ),
);
/** A part of a page must hold this share of its text to be taken for the whole. */
const MAIN_SHARE = 0.3;

const MAX_PARTS = 10;
type Document = ReturnType<ReturnType<typeof load>["root"]>[number];
type DomNode = Document["children"][number];
type Tag = Extract<DomNode, { type: "tag" | "script" | "style" }>;

/**
 * Reads HTML of any size, depth and brokenness, in time that grows with its length and no faster: the parser repairs
 * nothing, and walking is by a stack of its own.
 */
export function htmlText(html: string): PageText {
  const root = load(boundedHtml(html)).root()[0];
  if (root === undefined) return { title: "", text: "" };
  const title = titleOf(root);
  const whole = render(root);
  const parts = mainParts(root).map((part) => render(part));
  const main = parts.sort((a, b) => b.length - a.length)[0] ?? "";
  return { title, text: main.length >= MAIN_SHARE * whole.length ? main : whole };
}

function isTag(node: DomNode): node is Tag {
  return node.type === "tag" || node.type === "script" || node.type === "style";
}

/** All nodes below one, in the order of the page. */
function* walk(root: Document | Tag): Generator<DomNode> {
  const stack: DomNode[] = [...root.children].reverse();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    yield node;
    if (isTag(node)) for (const child of [...node.children].reverse()) stack.push(child);
  }
}

function titleOf(root: Document): string {
  for (const node of walk(root)) {
    if (!isTag(node) || node.name !== "title") continue;
    return node.children
      .map((child) => (child.type === "text" ? child.data : ""))
      .join("")
      .replaceAll(/\s+/gu, " ")
      .trim()
      .slice(0, 300);
  }
  return "";
}

function mainParts(root: Document): Tag[] {
  const found: Tag[] = [];
  for (const node of walk(root)) {
    if (!isTag(node)) continue;
    if (node.name === "main" || node.name === "article" || node.attribs.role === "main")
      found.push(node);
    if (found.length === MAX_PARTS) break;
  }
  return found;
}

/** A node to write, or text to write once what stands before it is done. */
type Task = DomNode | string;

function render(root: Document | Tag): string {
  const out: string[] = [];
  const stack: Task[] = [...root.children].reverse();
  for (let task = stack.pop(); task !== undefined; task = stack.pop()) {
    if (typeof task === "string") out.push(task);
    else if (task.type === "text") out.push(task.data.replaceAll(/[\s\u00a0]+/gu, " "));
    else if (isTag(task) && !SKIPPED.has(task.name)) enter(task, out, stack);
  }
  return tidy(out.join(""));
}

function enter(tag: Tag, out: string[], stack: Task[]): void {
  if (tag.name === "pre") {
    out.push(`\n${fenced(rawText(tag))}\n`);
    return;
  }
  const [before, after] = marksOf(tag.name);
  out.push(before);
  stack.push(after);
  for (const child of [...tag.children].reverse()) stack.push(child);
}

/** What is written before and after the content of an element. */
function marksOf(name: string): [string, string] {
  const level = /^h([1-6])$/u.exec(name)?.[1];
  if (level !== undefined) return [`\n\n${"#".repeat(Number(level))} `, "\n"];
  if (name === "li") return ["\n- ", "\n"];
  if (name === "td" || name === "th") return ["", " | "];
  if (name === "p") return ["\n\n", "\n"];
  if (name === "code") return ["`", "`"];
  return BLOCKS.has(name) ? ["\n", "\n"] : ["", ""];
}

function rawText(tag: Tag): string {
  const texts: string[] = [];
  for (const node of walk(tag)) {
    if (node.type === "text") texts.push(node.data);
    else if (isTag(node) && node.name === "br") texts.push("\n");
  }
  return texts.join("");
}

/** Code as it stands, its lines marked so that `tidy` leaves them alone. */
function fenced(code: string): string {
  const lines = code.replaceAll("\r", "").replace(/^\n+/u, "").trimEnd();
  return ["```", ...lines.split("\n").map((line) => `${KEEP}${line}`), "```"].join("\n");
}

/** A private-use character: no page's text is lost when it is taken out. */
const KEEP = "\u{F8FF}";

function tidy(text: string): string {
  return text
    .split("\n")
    .map((line) => (line.startsWith(KEEP) ? line.slice(KEEP.length) : line.trim()))
    .map((line) => (/^[-|#`\s]+$/u.test(line) && !line.startsWith("```") ? "" : line))
    .join("\n")
    .replaceAll(/\n{3,}/gu, "\n\n")
    .trim();
}

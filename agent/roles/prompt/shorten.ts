import type { Prompt } from "../role.ts";
import { CLOSING, fittingLength } from "./compose.ts";
import { clip } from "./text.ts";

/** A question as a model reads it: the brief of the competition, and the prompt of the role. */
export type Question = { brief: string; parts: Prompt };

/** A titled part of a text; what must stay as it is has no body. */
type Piece = { fixed: string; body: string };

/** Share of the room that the brief has where the question itself would take all of it: a choice of ours. */
const BRIEF_SHARE = 0.25;
/** Characters of a part below which nothing can be read from it any more: a choice of ours. */
const MIN_PART = 80;

/** Characters that a question has. */
export function lengthOf({ brief, parts }: Question): number {
  return brief.length + parts.rules.length + parts.script.length + parts.rest.length;
}

/**
 * A question within so many characters, for a model of small context. The rules of the role and the form of the answer
 * stay whole; of what else it says the longest parts are cut first, to one length. The question's own parts come before
 * the brief, of which a quarter of the room is kept. Null: too little would be left of it to be a question.
 */
export function shortened(question: Question, most: number): Question | null {
  if (lengthOf(question) <= most) return question;
  const { brief, parts } = question;
  const room = most - parts.rules.length;
  const [script, rest] = [piecesOf(parts.script), piecesOf(parts.rest)];
  const own = parts.script.length + parts.rest.length;
  const briefRoom = Math.min(brief.length, Math.max(room * BRIEF_SHARE, room - own));
  const shortBrief = cutTo(piecesOf(brief), briefRoom) ?? whole(piecesOf(brief), briefRoom);
  const cut = cutTo([...script, ...rest], room - textOf(shortBrief).length);
  if (cut === null) return null;
  const texts = { script: cut.slice(0, script.length), rest: cut.slice(script.length) };
  const shown = { rules: parts.rules, script: textOf(texts.script), rest: textOf(texts.rest) };
  const found = { brief: textOf(shortBrief), parts: shown };
  // What must stay may by itself be more than there is room for.
  return lengthOf(found) <= most ? found : null;
}

/** The parts of a text, each with its title; what stands in a fence is no title. */
function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [{ fixed: "", body: "" }];
  let fence: string | null = null;
  for (const line of text.split(/(?<=\n)/u)) {
    const mark = /^(`{3,})/u.exec(line)?.[1] ?? null;
    if (fence === null) fence = mark;
    else if (line.trimEnd() === fence) fence = null;
    const last = pieces.at(-1);
    const isTitle = fence === null && mark === null && /^# /u.test(line);
    if (isTitle || line === CLOSING) pieces.push({ fixed: line, body: "" });
    else if (last !== undefined) last.body += line;
  }
  return pieces;
}

function textOf(pieces: readonly Piece[]): string {
  return pieces.map(({ fixed, body }) => fixed + body).join("");
}

/** All parts, the longest cut to one length; null where that would be too short to be read. */
function cutTo(pieces: readonly Piece[], room: number): Piece[] | null {
  const parts = pieces.flatMap(({ fixed, body }) => [fixed, { text: body, show: same }]);
  const longest = fittingLength(parts, room);
  if (longest < MIN_PART) return null;
  return pieces.map(({ fixed, body }) => ({ fixed, body: cutBody(body, longest) }));
}

function same(text: string): string {
  return text;
}

/** The shortest parts as they are, as many as there is room for. */
function whole(pieces: readonly Piece[], room: number): Piece[] {
  let left = room;
  const kept = new Set<Piece>();
  const lengthOfPiece = ({ fixed, body }: Piece) => fixed.length + body.length;
  for (const piece of pieces.toSorted((a, b) => lengthOfPiece(a) - lengthOfPiece(b))) {
    if (lengthOfPiece(piece) > left) break;
    left -= lengthOfPiece(piece);
    kept.add(piece);
  }
  return pieces.filter((piece) => kept.has(piece));
}

const FENCE = /^(`{3,})[^\n`]*\n([\s\S]*?)\n\1$/gmu;

/** A part within a length. A fence stays closed, since what stands in it is data: it is cut inside, or left out. */
function cutBody(body: string, most: number): string {
  let text = body;
  while (text.length > most) {
    const insides = [...text.matchAll(FENCE)].map(([, , inside = ""]) => inside);
    const longest = insides.toSorted((a, b) => b.length - a.length)[0] ?? null;
    if (longest === null) return `${clip(text, most).trimEnd()}\n\n`;
    const shorter = clip(longest, Math.max(0, longest.length - (text.length - most)));
    // A cut is marked, so that of a short text nothing is won.
    if (shorter.length >= longest.length) return `${clip(text, 0).trim()}\n\n`;
    text = text.replace(longest, () => shorter);
  }
  return text;
}

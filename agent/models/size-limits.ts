/** Most bytes of an answer: in one line, and in all. */
export type SizeLimits = { line: number; body: number };

/**
 * Most characters that a token of a reply counts for; more than were asked for are not read. Far above what any text
 * has: plain English has 4.5, deeply indented code more, and cutting a reply that keeps to its limit loses its usage.
 */
export const CHARS_PER_TOKEN = 16;
/** Most bytes of a character as JSON writes it, `\u00e9`. */
const BYTES_PER_CHAR = 6;
/** One line may also hold what a search found, one event of a stream what surrounds its token. */
const LINE_BYTES = 4 << 20;
const EVENT_BYTES = 1 << 10;
const BODY_BYTES = 16 << 20;
/** Of an error nobody reads more. */
const ERROR_BYTES = 64 << 10;

/** The limits of an answer of so many output tokens. */
export function sizeLimits(tokens: number): SizeLimits {
  const line = LINE_BYTES + tokens * CHARS_PER_TOKEN * BYTES_PER_CHAR;
  return { line, body: Math.max(line, BODY_BYTES + tokens * EVENT_BYTES) };
}

/**
 * The same answer, its body ended at the limits; `onCut` is called, and the connection is closed. Lines are passed
 * on whole: what reads them need not put pieces together over and over, and one that is too long is not passed on.
 */
export function withinLimits(
  response: Response,
  { line, body }: SizeLimits,
  onCut: () => undefined,
): Response {
  const { body: chunks, ok, status, headers } = response;
  if (chunks === null) return response;
  const most = ok ? { line, body } : { line, body: Math.min(body, ERROR_BYTES) };
  const lines = wholeLines(chunks, most, onCut);
  const limited = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => void (await lines.return(undefined)),
  });
  return new Response(limited, { status, headers });
}

/** The lines of a body, as many at once as have come; leaving it closes the connection. */
async function* wholeLines(
  chunks: ReadableStream<Uint8Array>,
  { line, body }: SizeLimits,
  onCut: () => undefined,
): AsyncGenerator<Uint8Array, undefined> {
  const held = heldLine();
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > body || held.bytes + firstLineEnd(chunk) > line) return onCut();
    const whole = held.add(chunk);
    if (whole !== null) yield whole;
  }
  if (held.bytes > 0) yield held.take();
  return undefined;
}

const [LF, CR] = [10, 13];

function firstLineEnd(bytes: Uint8Array): number {
  const ends = [bytes.indexOf(LF), bytes.indexOf(CR)].filter((at) => at !== -1);
  return ends.length === 0 ? bytes.length : Math.min(...ends);
}

/** The beginning of a line, kept in its pieces until its end has come. */
function heldLine() {
  let pieces: Uint8Array[] = [];
  return {
    bytes: 0,
    /** The lines that are whole now; null: none is. */
    add(piece: Uint8Array): Uint8Array | null {
      const end = 1 + Math.max(piece.lastIndexOf(LF), piece.lastIndexOf(CR));
      pieces.push(piece.subarray(0, end || piece.length));
      this.bytes += piece.length;
      if (end === 0) return null;
      const whole = this.take();
      if (end < piece.length) pieces.push(piece.subarray(end));
      this.bytes = piece.length - end;
      return whole;
    },
    take(): Uint8Array {
      const whole = Buffer.concat(pieces);
      pieces = [];
      this.bytes = 0;
      return whole;
    },
  };
}

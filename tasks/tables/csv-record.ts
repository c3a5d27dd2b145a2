import { isUtf8 } from "node:buffer";

/** Cuts one record into its fields, as RFC 4180 and pandas do; null when a quoted field is still open. */
function splitRecord(text: string): string[] | null {
  if (!text.includes('"')) return text.split(",");
  const fields: string[] = [];
  let at = 0;
  while (at <= text.length) {
    const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
    if (field === null) return null;
    fields.push(field.value);
    at = field.next;
  }
  return fields;
}

type Field = { value: string; next: number };

function plainField(text: string, start: number): Field {
  const comma = text.indexOf(",", start);
  const end = comma === -1 ? text.length : comma;
  return { value: text.slice(start, end), next: end + 1 };
}

/** What follows the closing quote belongs to the field too: `"a"b` reads `ab`. */
function quotedField(text: string, start: number): Field | null {
  let value = "";
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return null;
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') {
      const rest = plainField(text, quote + 1);
      return { value: value + rest.value, next: rest.next };
    }
    value += '"';
    from = quote + 2;
  }
}

/** Puts physical lines together to records: a quoted field may run over several lines. */
export class RecordReader {
  private open: string[] = [];
  private lines = 0;
  private readonly onRecord: (fields: string[], line: number) => void;

  constructor(onRecord: (fields: string[], line: number) => void) {
    this.onRecord = onRecord;
  }

  /** Takes one line without its line feed. */
  line(text: string): void {
    this.lines++;
    const plain = withoutReturn(text);
    if (this.open.length === 0 && plain === "") return;
    if (this.open.length > 0 && !text.includes('"')) {
      this.open.push(text);
      return;
    }
    // Within a field a carriage return is a part of the text, at its end one of the line end.
    const record = this.open.length === 0 ? plain : [...this.open, plain].join("\n");
    const fields = splitRecord(record);
    if (fields === null) {
      this.open.push(text);
      return;
    }
    const first = this.lines - this.open.length;
    this.open = [];
    this.onRecord(fields, first);
  }

  /** The line on which a record began that never ended, or null. */
  unclosed(): number | null {
    return this.open.length === 0 ? null : this.lines - this.open.length + 1;
  }
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

/** Follows a file chunk by chunk and finds the first byte that is not UTF-8. */
export class Utf8Watch {
  private offset = 0;
  private line = 1;
  private tail: Uint8Array = new Uint8Array(0);

  /** Returns the place of the first bad byte so far, or null while all is well. */
  check(chunk: Uint8Array): { offset: number; line: number } | null {
    const bytes = this.tail.length === 0 ? chunk : Buffer.concat([this.tail, chunk]);
    const whole = bytes.length - unfinished(bytes);
    if (!isUtf8(bytes.subarray(0, whole))) return this.locate(bytes);
    this.tail = bytes.slice(whole);
    this.offset += whole;
    this.line += newlines(bytes.subarray(0, whole));
    return null;
  }

  /** To be asked once the file is read: a character cut in half is as bad as a wrong byte. */
  end(): { offset: number; line: number } | null {
    return this.tail.length === 0 ? null : { offset: this.offset, line: this.line };
  }

  private locate(bytes: Uint8Array): { offset: number; line: number } {
    let good = 0;
    let bad = bytes.length;
    while (bad - good > 1) {
      const middle = (good + bad) >> 1;
      const prefix = bytes.subarray(0, middle);
      if (isUtf8(prefix.subarray(0, middle - unfinished(prefix)))) good = middle;
      else bad = middle;
    }
    const start = good - unfinished(bytes.subarray(0, good));
    return { offset: this.offset + start, line: this.line + newlines(bytes.subarray(0, start)) };
  }
}

/** How many bytes at the end may be the start of a longer character. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < characterLength(byte) ? back : 0;
  }
  return 0;
}

function characterLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}

function newlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}

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

  /** Takes one line without its line end. */
  line(text: string): void {
    this.lines++;
    if (this.open.length === 0 && text === "") return;
    if (this.open.length > 0 && !text.includes('"')) {
      this.open.push(text);
      return;
    }
    const record = this.open.length === 0 ? text : [...this.open, text].join("\n");
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

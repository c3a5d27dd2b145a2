import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { errorCode } from "../errors.ts";
import type { Event } from "../events/events.ts";
import { readPart } from "./journal-lines.ts";

/** Most bytes that are read at once; what is left comes with the next call. */
const MAX_READ = 64 * 1024 * 1024;

/** A journal that is looked at while somebody writes it: each call reads only what has come since the last one. */
export class JournalTail {
  readonly #file: string;
  #bytes = 0;
  #events: Event[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  /** All that has been read so far. */
  get events(): readonly Event[] {
    return this.#events;
  }

  /**
   * Reads on; true when there is something new. A journal that became shorter was put back, and is read from its
   * beginning. A link is not followed. Throws `RunRefused` for a line that cannot be read.
   */
  async read(): Promise<boolean> {
    const content = await this.#next();
    if (content === null || content.length === 0) return false;
    const { events, bytes } = readPart(content, this.#file, this.#events.length + 1);
    this.#bytes += bytes;
    for (const event of events) this.#events.push(event);
    return events.length > 0;
  }

  async #next(): Promise<Buffer | null> {
    const handle = await open(this.#file, constants.O_RDONLY | constants.O_NOFOLLOW).catch(
      isMissing,
    );
    if (handle === null) return null;
    try {
      const { size } = await handle.stat();
      if (size < this.#bytes) [this.#bytes, this.#events] = [0, []];
      const length = Math.min(MAX_READ, size - this.#bytes);
      const { buffer, bytesRead } = await handle.read({
        buffer: Buffer.alloc(length),
        position: this.#bytes,
      });
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }
}

/** There is none, or there is a link in its place. */
function isMissing(error: unknown): null {
  if (["ENOENT", "ELOOP", "ENOTDIR"].includes(errorCode(error) ?? "")) return null;
  throw error;
}

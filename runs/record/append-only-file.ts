import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { diskError } from "../errors.ts";
import { syncFolder } from "./atomic-file.ts";

type Waiting = { text: string; done: () => void; failed: (error: unknown) => void };

/** A file that only grows: what was appended is on the disk, in order and unmixed, before the promise resolves. */
export class AppendOnlyFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | null = null;
  #ended: unknown = null;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** Opens for appending after the first `bytes` bytes; what stands behind them is cut off. */
  static async open(path: string, bytes: number): Promise<AppendOnlyFile> {
    try {
      const handle = await open(path, "a");
      await handle.truncate(bytes);
      await handle.sync();
      await syncFolder(dirname(path));
      return new AppendOnlyFile(path, handle);
    } catch (error) {
      throw diskError(error, path);
    }
  }

  append(text: string): Promise<void> {
    return new Promise((done, failed) => {
      if (this.#ended !== null) {
        failed(this.#ended);
        return;
      }
      this.#waiting.push({ text, done, failed });
      this.#flushing ??= this.#flush();
    });
  }

  async close(): Promise<void> {
    this.#ended ??= new Error(`${this.#path} is closed`);
    await this.#flushing;
    await this.#handle.close();
  }

  /** Everything that waits goes out in one write and one sync, so that many writers cost little more than one. */
  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#handle.appendFile(batch.map((each) => each.text).join(""));
        await this.#handle.datasync();
        for (const each of batch) each.done();
      } catch (error) {
        this.#refuse(batch, diskError(error, this.#path));
      }
    }
    this.#flushing = null;
  }

  /** After a failed write nobody knows how the file ends, so nothing may follow it. */
  #refuse(batch: readonly Waiting[], error: unknown): void {
    this.#ended = error;
    for (const each of [...batch, ...this.#waiting]) each.failed(error);
    this.#waiting = [];
  }
}

import { get } from "node:http";
import { join } from "node:path";
import { medalsOf } from "../../../agent/cli/bench/grading.ts";
import { createRun, runFiles } from "../../../runs/record/folder.ts";
import { openViewer, type Viewer } from "../../../runs/viewer/server.ts";
import { freshFolder, journalRun } from "../journal-fixture.ts";

/** A runs folder with one recorded run, and a viewer of it that closes with the test. */
export async function viewerOf(
  some: { host?: string; token?: string; port?: number; root?: string } = {},
): Promise<Viewer & AsyncDisposable & { root: string; port: number; folder: string }> {
  const { host = null, token = null, port = 0 } = some;
  const root = some.root ?? join(await freshFolder(), "runs");
  const folder = join(root, "houses", "r1");
  if (some.root === undefined) {
    await createRun(root, "houses", "r1");
    await journalRun(runFiles(folder).journal);
  }
  const path = process.env.PATH ?? "";
  const viewer = await openViewer({ runsDir: root, host, token, port, path, medalsOf });
  const taken = Number(new URL(viewer.url).port);
  return { ...viewer, root, folder, port: taken, [Symbol.asyncDispose]: viewer.close };
}

/** An answer to a request whose path and headers go out as they are. */
export type Answer = { status: number; text: string; headers: NodeJS.Dict<string | string[]> };

/** Asks as a hostile client can: `fetch` would mend the path and refuse such headers. */
export function ask(
  port: number,
  path: string,
  some: { headers?: Record<string, string>; method?: string } = {},
): Promise<Answer> {
  const { headers = {}, method = "GET" } = some;
  return new Promise((resolve, reject) => {
    const request = get({ host: "127.0.0.1", port, path, headers, method }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
      );
    });
    request.on("error", reject);
  });
}

/** What a stream sends of one kind of event, one after the other, until the reader has enough. */
export async function* follow(
  url: string,
  headers: Record<string, string> = {},
): AsyncGenerator<{ id: string; data: unknown }> {
  const stop = new AbortController();
  try {
    const { body } = await fetch(url, { headers, signal: stop.signal });
    if (body === null) return;
    let text = "";
    for await (const part of body.pipeThrough(new TextDecoderStream())) {
      text += part;
      const messages = text.split("\n\n");
      text = messages.pop() ?? "";
      for (const message of messages) {
        const lines = message.split("\n");
        const of = (name: string) =>
          lines
            .flatMap((line) => (line.startsWith(`${name}: `) ? [line.slice(name.length + 2)] : []))
            .join("\n");
        yield { id: of("id"), data: JSON.parse(of("data")) };
      }
    }
  } finally {
    stop.abort();
  }
}

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** What was sent to a Kaggle that is none. */
export type Sent = { description: string; file: string };

/**
 * Kaggle's API as its own client speaks it, as a proxy on loopback: the client of `KAGGLE_API_ENVIRONMENT=LOCALHOST`
 * asks for `http://localhost`. Rules of `rules-first` are not accepted; of other competitions there is one archive.
 */
export async function startKaggleServer(archive: Buffer, allowed: () => number) {
  const sent: Sent[] = [];
  let uploaded = "";
  const operations: Record<string, (body: Record<string, unknown>, out: ServerResponse) => void> = {
    DownloadDataFiles: ({ competitionName }, out) => {
      if (competitionName !== "rules-first")
        return void out.writeHead(302, { location: "http://localhost/files/archive.zip" }).end();
      const message = "You must accept this competition's rules before you can download files.";
      json(out, { code: 403, message }, 403);
    },
    GetSubmissionLimits: (_, out) =>
      json(out, { numToday: sent.length, numTotal: sent.length + 1, numAllowedNow: allowed() }),
    StartSubmissionUpload: (_, out) =>
      json(out, { token: "blob", createUrl: "http://localhost/upload" }),
    CreateSubmission: ({ submissionDescription }, out) => {
      sent.push({ description: String(submissionDescription), file: uploaded });
      json(out, { message: "Successfully submitted", ref: sent.length });
    },
    ListSubmissions: (_, out) => {
      const date = "2026-01-02T03:04:05Z";
      const submissions = sent.map(({ description }, index) => ({
        ...{ ref: index + 1, date, description, fileName: "submission.csv" },
        ...{ status: "COMPLETE", publicScore: "0.87654" },
      }));
      json(out, { submissions });
    },
  };
  const server = createServer((request, out) => void answer(request, out));
  async function answer(request: IncomingMessage, out: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (path === "/files/archive.zip") {
      const headers = { "last-modified": new Date(0).toUTCString(), "accept-ranges": "bytes" };
      out.writeHead(200, { ...headers, "content-length": archive.length }).end(archive);
    } else if (path === "/upload") {
      uploaded = body.toString();
      out.writeHead(200).end();
    } else {
      const operation = operations[path.split("/").at(-1) ?? ""];
      if (operation === undefined) json(out, { code: 404, message: `no ${path}` }, 404);
      else operation(JSON.parse(body.toString()), out);
    }
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    sent,
    /** What makes the client ask this server. */
    environment: {
      ...{ KAGGLE_API_ENVIRONMENT: "LOCALHOST", KAGGLE_USERNAME: "somebody", KAGGLE_KEY: "key" },
      ...{ http_proxy: proxy, HTTP_PROXY: proxy, no_proxy: "", NO_PROXY: "" },
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function json(out: ServerResponse, value: unknown, status = 200): void {
  out.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A hub of models on loopback: enough of its protocol to list a repository and to fetch files from it. */
export type Hub = AsyncDisposable & { url: string; asked: string[]; close(): Promise<void> };

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** Serves repositories of files, `{ "org/model": { "config.json": "{}" } }`, and other files at `/files/NAME`. */
export async function openHub(
  repositories: Record<string, Record<string, string>>,
  files: Record<string, string> = {},
): Promise<Hub> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://hub").pathname);
    asked.push(`${request.method} ${path}`);
    const [, name = "", file = ""] = /^\/(.+)\/resolve\/[^/]+\/(.+)$/u.exec(path) ?? [];
    const content = repositories[name]?.[file] ?? files[path.replace("/files/", "")];
    if (content !== undefined) {
      const etag = createHash("sha256").update(content).digest("hex");
      const length = Buffer.byteLength(content);
      response.writeHead(200, {
        etag: `"${etag}"`,
        "content-length": length,
        "x-repo-commit": COMMIT,
      });
      response.end(request.method === "HEAD" ? "" : content);
      return;
    }
    const [, model = "", rest = ""] =
      /^\/api\/models\/([^/]+\/[^/]+)(?:\/(.*))?$/u.exec(path) ?? [];
    const listed = repositories[model];
    if (listed === undefined) {
      response.writeHead(404, { "x-error-code": "RepoNotFound" }).end("{}");
      return;
    }
    const entries = Object.entries(listed).map(([rfilename, text]) => ({
      rfilename,
      path: rfilename,
      type: "file",
      oid: COMMIT,
      size: Buffer.byteLength(text),
    }));
    const info = { _id: "1", id: model, modelId: model, sha: COMMIT, siblings: entries };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(rest.startsWith("tree/") ? entries : info));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { url: `http://127.0.0.1:${port}`, asked, close, [Symbol.asyncDispose]: close };
}

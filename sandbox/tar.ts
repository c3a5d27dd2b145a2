const BLOCK = 512;

/** The text of the first regular file in a tar stream, as the engine sends single files. */
export async function firstFile(stream: NodeJS.ReadableStream): Promise<string> {
  const blocks: Buffer[] = [];
  for await (const block of stream) blocks.push(Buffer.from(block));
  const archive = Buffer.concat(blocks);
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const size = Number.parseInt(archive.toString("latin1", at + 124, at + 136), 8) || 0;
    const kind = archive.toString("latin1", at + 156, at + 157);
    const start = at + BLOCK;
    if (kind === "0") return archive.toString("utf8", start, start + size);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw new Error("the archive holds no file");
}

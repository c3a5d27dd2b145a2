import { TextDecoder } from "node:util";

const SNIFFED_BYTES = 2048;

/** The text of a body: byte-order mark, then header, then the meta tag of the page, then UTF-8. Never throws. */
export function decodeText(bytes: Buffer, contentType: string): string {
  const named =
    markOf(bytes) ??
    /charset\s*=\s*["']?([\w-]+)/iu.exec(contentType)?.[1] ??
    /<meta[^>]{0,200}charset\s*=\s*["']?([\w-]+)/iu.exec(
      bytes.subarray(0, SNIFFED_BYTES).toString("latin1"),
    )?.[1] ??
    "utf-8";
  return decoderFor(named).decode(bytes);
}

function markOf(bytes: Buffer): string | null {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))) return "utf-8";
  if (bytes.subarray(0, 2).equals(Buffer.from([0xff, 0xfe]))) return "utf-16le";
  return bytes.subarray(0, 2).equals(Buffer.from([0xfe, 0xff])) ? "utf-16be" : null;
}

function decoderFor(label: string): TextDecoder {
  try {
    return new TextDecoder(label);
  } catch (error) {
    // An unknown encoding: most pages are UTF-8, whatever they declare.
    if (error instanceof RangeError) return new TextDecoder("utf-8");
    throw error;
  }
}

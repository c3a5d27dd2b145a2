import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

type Pair = { cert: string; key: string };

/** An authority, and what it has signed: a server on 127.0.0.1, and a client. */
export type Certificates = { authority: string; server: Pair; client: Pair };

const run = promisify(execFile);
const CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];

/** Makes them by the command of OpenSSL, as in PEM. */
export async function makeCertificates(): Promise<Certificates> {
  const place = await mkdtemp(join(tmpdir(), "mle-star-certificates-"));
  const file = (name: string) => join(place, name);
  const read = (name: string) => readFile(file(name), "utf8");
  const request = async (name: string, more: readonly string[]) => {
    const to = ["-keyout", file(`${name}.key`), "-out", file(`${name}.pem`)];
    await run("openssl", ["req", "-x509", ...CURVE, ...to, "-subj", `/CN=${name}`, ...more]);
  };
  const signed = async (name: string, more: readonly string[]): Promise<Pair> => {
    const by = ["-CA", file("authority.pem"), "-CAkey", file("authority.key")];
    await request(name, [...by, "-addext", "basicConstraints=CA:FALSE", ...more]);
    return { cert: await read(`${name}.pem`), key: await read(`${name}.key`) };
  };
  try {
    await request("authority", []);
    return {
      authority: await read("authority.pem"),
      server: await signed("server", ["-addext", "subjectAltName=IP:127.0.0.1"]),
      client: await signed("client", []),
    };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findEngine } from "../../sandbox/containers/engine.ts";
import { sandboxImage } from "../../sandbox/containers/image.ts";

// Builds the sandbox image as a run would, so that the tests find it.
const { env } = process;
const cache = env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
const engine = await findEngine("docker");
if (typeof engine === "string") throw new Error(engine);
const { tag, packages } = await sandboxImage(engine, {
  root: fileURLToPath(new URL("../..", import.meta.url)),
  cacheDir: env.MLE_STAR_CACHE ?? join(cache, "mle-star"),
  baseImage: env.MLE_STAR_BASE_IMAGE ?? null,
  wheels: env.MLE_STAR_WHEELS ?? null,
  report: (line) => console.log(`engine: ${line}`),
});
console.log(`engine: ${engine.name}, ${tag}, ${packages.length} packages`);

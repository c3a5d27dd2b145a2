import { ConfigInvalid } from "../../../../runs/errors.ts";
import { findEngine } from "../../../../sandbox/containers/engine.ts";
import { buildFolder } from "../../../../sandbox/containers/folder-image.ts";
import { readEnvironment } from "../../environment.ts";
import { folderFiles } from "./folder.ts";
import type { Material } from "./material.ts";
import type { Files } from "./program.ts";
import { pinsOf } from "./requirements.ts";

/** Where images without a name of their own begin: the Python that the sandbox's image has (`Dockerfile`). */
const BASE_IMAGE = "python:3.11-slim";

/** The folder of an export with what makes an image of it. */
export async function imageFiles(material: Material): Promise<Files> {
  const files = await folderFiles(material);
  files.set("Dockerfile", dockerfile(material));
  files.set(".dockerignore", "input\nsubmission.csv\nvenv\n");
  const use = `\n## As an image\n\n\`\`\`\ndocker build -t ${tagOf(material)} .\ndocker run --rm -v "$PWD/input:/data:ro" -v "$PWD/out:/out" ${tagOf(material)}\n\`\`\`\n\nIt reads \`/data\` and writes \`/out/submission.csv\`.\n`;
  files.set("README.md", `${files.get("README.md")}${use}`);
  return files;
}

export function tagOf({ started, plan }: Material): string {
  return `mle-star/${started.competition.id}:${plan.run}`;
}

/** Gradient boosting is built with OpenMP, which slim images lack. */
function dockerfile(material: Material): string {
  const usesOpenMp = pinsOf(material).some((pin) => /^(?:lightgbm|xgboost)/u.test(pin));
  const openMp = usesOpenMp
    ? "RUN ldconfig -p | grep -q libgomp.so.1 || { apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*; }\n"
    : "";
  return `ARG BASE_IMAGE=${BASE_IMAGE}
FROM \${BASE_IMAGE}
WORKDIR /app
${openMp}# A folder \`wheels\`, where there is one, is installed from, offline.
COPY requirements.txt constraints.txt wheel[s] ./
RUN python3 -m venv venv \\
 && if ls ./*.whl >/dev/null 2>&1; then OFFLINE="--no-index --find-links ."; fi \\
 && venv/bin/python -m pip install --no-cache-dir $OFFLINE -r requirements.txt
ENV PATH=/app/venv/bin:$PATH
COPY . .
ENTRYPOINT ["python", "train_and_predict.py", "--data", "/data", "--out", "/out/submission.csv"]
`;
}

/** Builds the image of a folder, where an engine answers; else why there is none. */
export async function buildImage(
  material: Material,
  folder: string,
  report: (line: string) => void,
): Promise<{ tag: string } | { problem: string }> {
  const { all, cacheDir, baseImage, wheels } = readEnvironment();
  const docker = await findEngine("docker");
  const engine =
    typeof docker === "string" ? await findEngine("podman", all.CONTAINER_HOST ?? null) : docker;
  if (typeof engine === "string") return { problem: `${docker}; ${engine}` };
  const tag = tagOf(material);
  try {
    await buildFolder(engine, folder, { tag, cacheDir, baseImage, wheels, report });
    return { tag };
  } catch (error) {
    if (error instanceof ConfigInvalid) return { problem: error.message };
    throw error;
  }
}

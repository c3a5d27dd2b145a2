import { mkdir } from "node:fs/promises";
import { trainerPython } from "../../../../sandbox/environment/trainer-environment.ts";
import { readEnvironment } from "../../environment.ts";
import { type ServedModel, serveModel } from "../serve/served-model.ts";
import { type Asked, type Asking, askAll } from "./answers.ts";

export type One = Pick<Asking, "model" | "file" | "maxTokens" | "report"> & {
  /** Of the model that is asked. */
  folder: string;
  cwd: string;
};

/** The answers of one model, which is started only where one of them is missing. */
export async function askOne(
  questions: readonly Asked[],
  { folder, cwd, ...asking }: One,
): Promise<Map<string, string>> {
  const served: ServedModel[] = [];
  const open = async (): Promise<ServedModel> => {
    const { cacheDir, trainerPython: override } = readEnvironment();
    await mkdir(cacheDir, { recursive: true });
    const python = await trainerPython(override, { cacheDir, report: asking.report });
    const where = { host: "127.0.0.1", port: 0, device: "auto" as const };
    const what = { model: { folder, mixture: null }, name: `local:${folder}` };
    const model = await serveModel({ python, ...what, cwd, cacheDir, ...where });
    served.push(model);
    return model;
  };
  try {
    return await askAll(questions, { ...asking, open });
  } finally {
    for (const model of served) await model[Symbol.asyncDispose]();
  }
}

import { resolve } from "node:path";
import { Command } from "@commander-js/extra-typings";
import type { Report } from "../../timing.ts";
import { measureSkd } from "./skd.ts";

/** `npm run measure -- distill-skd`. */
export function distillSkdCommand(print: (report: Report, json: true | undefined) => void) {
  return new Command("distill-skd")
    .description("a student that writes together with its teacher, beside every baseline")
    .option("--folder <path>", "all is kept there; what is there is not done again", "runs/skd")
    .option("--competitions <n>", "made ones to train on, and as many others for dev", "20")
    .option("--epochs <n>", "of every student", "2")
    .option("--teacher-epochs <n>", "of the teacher", "12")
    .option("--start-epochs <n>", "of the student before it meets its teacher", "3")
    .option("--base <weights>", "a model to start from; else small ones of random numbers")
    .option("--json", "one JSON object on standard output")
    .action(async ({ folder, competitions, epochs, teacherEpochs, startEpochs, base, json }) =>
      print(
        await measureSkd({
          folder: resolve(folder),
          competitions: Number(competitions),
          epochs: Number(epochs),
          teacherEpochs: Number(teacherEpochs),
          startEpochs: Number(startEpochs),
          base: base === undefined ? null : resolve(base),
        }),
        json,
      ),
    );
}

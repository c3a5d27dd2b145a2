/** A process to be killed: opens a referee and lays out every view. */
import { openReferee, type RefereeOptions } from "../../../../tasks/referee/open.ts";

const given = JSON.parse(process.argv[2] ?? "{}") as RefereeOptions;
const referee = await openReferee({ ...given, seed: 1, subsample: null });
for (const { view } of referee.split.folds) await referee.input(view);
await referee.unseal([]);
await referee.input("sealed");
await referee.close();

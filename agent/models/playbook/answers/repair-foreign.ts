import type { RoleInputs } from "../../../roles/inputs.ts";

type Failure = RoleInputs["debugger"];

const reading = /^([ \t]*)(\w+)\s*=\s*(?:pd|pandas)\.read_csv\(.*\)[ \t]*$/gmu;

/** Puts Python lines below each table that is read; `{t}` stands for the table's name. */
function afterReading(code: string, lines: readonly string[]): string | null {
  let found = false;
  const text = code.replace(reading, (whole: string, indent: string, name: string) => {
    if (/sample|sub/iu.test(name)) return whole;
    found = true;
    const added = lines.map((line) => `${indent}${line.replaceAll("{t}", name)}`);
    return [whole, ...added].join("\n");
  });
  return found ? text : null;
}

function stand(module: string): string | null {
  const boosted = "HistGradientBoosting";
  const names: Record<string, readonly [string, string]> = {
    lightgbm: ["LGBMRegressor", "LGBMClassifier"],
    xgboost: ["XGBRegressor", "XGBClassifier"],
    catboost: ["CatBoostRegressor", "CatBoostClassifier"],
  };
  const found = names[module];
  if (found === undefined) return null;
  return `from sklearn.ensemble import ${boosted}Regressor, ${boosted}Classifier\n\n\ndef ${found[0]}(**_):\n    return ${boosted}Regressor()\n\n\ndef ${found[1]}(**_):\n    return ${boosted}Classifier()\n`;
}

function missingModule({ code, error }: Failure): string | null {
  const module = /No module named ['"]([\w.]+)['"]/u.exec(error)?.[1]?.split(".")[0];
  if (module === undefined) return null;
  const other = stand(module);
  if (other === null) return null;
  const line = new RegExp(`^(?:from|import)\\s+${module}\\b.*$`, "gmu");
  return code
    .replace(line, () => other)
    .replace(/\b(?:lgb|xgb|cb)\.(?=\w+(?:Regressor|Classifier)\()/gu, "");
}

function missingColumn({ code, error }: Failure): string | null {
  const name =
    /KeyError: ['"](.+?)['"]/u.exec(error)?.[1] ??
    /\[['"](.+?)['"].*\] not (?:found|in index)/u.exec(error)?.[1];
  if (name === undefined) return null;
  const column = JSON.stringify(name);
  return afterReading(code, [`if ${column} not in {t}.columns:`, `    {t}[${column}] = 0`]);
}

function gaps({ code, error }: Failure): string | null {
  if (!/contains? NaN|Input X contains|missing values|NaNs?\b/iu.test(error)) return null;
  return afterReading(code, ["{t} = {t}.fillna({t}.median(numeric_only=True)).ffill().bfill()"]);
}

function texts({ code, error }: Failure): string | null {
  const isType =
    /could not convert string|must be int, float or bool|DataFrame\.dtypes|unsupported operand/u;
  if (!isType.test(error)) return null;
  return afterReading(code, [
    "for _name in {t}.select_dtypes('object').columns:",
    "    if {t}[_name].nunique() > 1:",
    "        {t}[_name] = {t}[_name].astype(str).map(lambda v: sum(ord(c) * 31**i for i, c in enumerate(v[:12])) % 9973)",
  ]);
}

function time({ code, status }: Failure): string | null {
  if (status !== "timed-out") return null;
  const fewer = code
    .replace(
      /(\b(?:n_estimators|iterations|max_iter|num_boost_round|epochs|EPOCHS)["']?\s*[=:]\s*)(\d+)/gu,
      (_, name: string, value: string) => `${name}${Math.max(10, Math.floor(Number(value) / 4))}`,
    )
    .replace(/(\bn_splits\s*=\s*|\bKFold\()(\d+)/gu, (_, name: string) => `${name}2`);
  return fewer;
}

function memory({ code, status, round }: Failure): string | null {
  if (status !== "out-of-memory") return null;
  const rows = Math.max(2000, Math.floor(20_000 / 2 ** round));
  let found = false;
  const text = code.replace(reading, (whole: string, indent: string, name: string) => {
    if (!/train/iu.test(name)) return whole;
    found = true;
    return `${whole}\n${indent}${name} = ${name}.sample(min(len(${name}), ${rows}), random_state=0)`;
  });
  return found ? text : null;
}

/** The smallest change to a stranger's script that may repair the error, or null. */
export function repairForeign(failure: Failure): string | null {
  if (failure.round >= 2) return null;
  const ways = [time, memory, missingModule, missingColumn, gaps, texts];
  for (const way of ways) {
    const repaired = way(failure);
    if (repaired !== null && repaired !== failure.code) return repaired;
  }
  return null;
}

import type { Job, SharedMounts } from "./contract.ts";

/** Every variable a script gets, in any engine: nothing of the host's environment, no key, no proxy. */
export function scriptEnvironment(job: Job, home: string, path: string): Record<string, string> {
  return {
    PATH: path,
    HOME: home,
    TMPDIR: home,
    PYTHONUNBUFFERED: "1",
    PYTHONNOUSERSITE: "1",
    ...resultEnvironment(job.seed, job.limits.cpus),
    XDG_CACHE_HOME: home,
    MPLCONFIGDIR: home,
    MPLBACKEND: "Agg",
    NUMBA_CACHE_DIR: home,
    TORCH_HOME: home,
    HF_HOME: home,
    // Without a network a library that tries to download fails at once instead of after its retries.
    HF_HUB_OFFLINE: "1",
    TRANSFORMERS_OFFLINE: "1",
    HF_DATASETS_OFFLINE: "1",
    WANDB_MODE: "disabled",
    ...(job.gpus.length === 0 ? { CUDA_VISIBLE_DEVICES: "" } : {}),
  };
}

/** The variables that what a script computes may depend on: with the same ones it predicts the same elsewhere. */
export function resultEnvironment(seed: number, cpus: number): Record<string, string> {
  const threads = `${Math.max(1, Math.floor(cpus))}`;
  return {
    LANG: "C.UTF-8",
    TZ: "UTC",
    PYTHONUTF8: "1",
    PYTHONHASHSEED: `${Math.abs(Math.trunc(seed)) % 4_294_967_296}`,
    // A quota on cores does not change how many a library counts: without these they oversubscribe.
    OMP_NUM_THREADS: threads,
    OPENBLAS_NUM_THREADS: threads,
    MKL_NUM_THREADS: threads,
    NUMEXPR_MAX_THREADS: threads,
    VECLIB_MAXIMUM_THREADS: threads,
    POLARS_MAX_THREADS: threads,
    RAYON_NUM_THREADS: threads,
    LOKY_MAX_CPU_COUNT: threads,
  };
}

/** Names the leased GPUs for CUDA, in engines in which others could be seen. */
export function visibleGpus(job: Job): Record<string, string> {
  return job.gpus.length === 0 ? {} : { CUDA_VISIBLE_DEVICES: job.gpus.join(",") };
}

/** The variables of shared mounts where nothing can be mounted: with sources in place of targets. */
export function unmountedEnvironment({
  readOnly,
  sockets,
  environment,
}: SharedMounts): Record<string, string> {
  // The longest target first: one may lie in another.
  const places = [...readOnly, ...sockets].sort((a, b) => b.target.length - a.target.length);
  const translate = (value: string): string => {
    const place = places.find(({ target }) => value === target || value.startsWith(`${target}/`));
    return place === undefined ? value : place.source + value.slice(place.target.length);
  };
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, translate(value)]),
  );
}

/** Arguments of `python/runner.py`: script, trace, megabytes per file, open files, megabytes of data, the rules. */
export function runnerArguments(job: Job, traceFile: string): string[] {
  const { memoryMb, diskMb } = job.limits;
  const numbers = [diskMb, 4096, memoryMb * 2 + 4096].map(String);
  return [job.script, traceFile, ...numbers, job.rules];
}

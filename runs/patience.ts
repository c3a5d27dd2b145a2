/** What came of work in time; null: nothing, within its own patience or until the signal. What hangs is left to itself. */
export async function inTime<T>(
  work: Promise<T>,
  seconds: number,
  signal: AbortSignal | null = null,
): Promise<{ value: T } | null> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: () => void = () => undefined;
  const over = new Promise<null>((resolve) => {
    onAbort = () => resolve(null);
    timer = setTimeout(onAbort, seconds * 1000);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
  });
  try {
    return await Promise.race([work.then((value) => ({ value })), over]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

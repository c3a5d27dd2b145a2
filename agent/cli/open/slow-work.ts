/** What takes no longer than this needs no line. */
const FIRST_MS = 2_000;
/** A line comes again after this long. */
const AGAIN_MS = 15_000;

/** Waits for some work; once it takes long, a line says what is being waited for, and again from time to time. */
export async function slowWork<T>(
  doing: string,
  report: (line: string) => void,
  work: Promise<T>,
): Promise<T> {
  const begun = performance.now();
  let timer = setTimeout(() => {
    report(`set-up: ${doing} …`);
    again();
  }, FIRST_MS);
  const again = () => {
    timer = setTimeout(() => {
      report(`set-up: still ${doing}, ${Math.round((performance.now() - begun) / 1000)} s`);
      again();
    }, AGAIN_MS);
  };
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

/** An object of the API as far as the server looks at it. */
export type Stored = {
  metadata: {
    name: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    [other: string]: unknown;
  };
  [other: string]: unknown;
};

export type Change = { type: "ADDED" | "MODIFIED" | "DELETED"; object: Stored; version: number };

/** Objects of all kinds under one count of versions, and what has changed since the last compaction. */
export class Store {
  readonly #objects = new Map<string, Stored>();
  readonly #listeners = new Set<() => void>();
  #changes: { kind: string; change: Change }[] = [];
  #version = 100;
  #oldest = 100;

  get version(): number {
    return this.#version;
  }

  get(kind: string, name: string): Stored | null {
    return this.#objects.get(`${kind}/${name}`) ?? null;
  }

  list(kind: string, matches: (object: Stored) => boolean): Stored[] {
    const own = [...this.#objects].filter(([key]) => key.startsWith(`${kind}/`));
    return own.map(([, object]) => object).filter(matches);
  }

  put(kind: string, object: Stored): void {
    const key = `${kind}/${object.metadata.name}`;
    const type = this.#objects.has(key) ? "MODIFIED" : "ADDED";
    this.#record(kind, type, object, key);
  }

  /** What changes an object changes a copy: watches have been given the old one. */
  change(kind: string, name: string, change: (object: Stored) => void): void {
    const found = this.get(kind, name);
    if (found === null) return;
    const copy = structuredClone(found);
    change(copy);
    this.put(kind, copy);
  }

  remove(kind: string, name: string): void {
    const found = this.get(kind, name);
    if (found === null) return;
    this.#record(kind, "DELETED", structuredClone(found), `${kind}/${name}`);
    this.#objects.delete(`${kind}/${name}`);
  }

  /** Changes of a kind after a version; null where they are forgotten. */
  since(kind: string, version: number): Change[] | null {
    if (version < this.#oldest) return null;
    return this.#changes
      .filter((each) => each.kind === kind && each.change.version > version)
      .map(({ change }) => change);
  }

  /** Forgets what has changed, as etcd does every few minutes. */
  compact(): void {
    this.#version += 1;
    this.#changes = [];
    this.#oldest = this.#version;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #record(kind: string, type: Change["type"], object: Stored, key: string): void {
    this.#version += 1;
    object.metadata.resourceVersion = String(this.#version);
    this.#objects.set(key, object);
    this.#changes.push({ kind, change: { type, object, version: this.#version } });
    for (const listener of this.#listeners) listener();
  }
}

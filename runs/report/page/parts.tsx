/** @jsxRuntime automatic @jsxImportSource hono/jsx */
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { Picture } from "./draw.ts";

/** A part of the page under a heading. */
export function Section({ title, id, children }: { title: string; id: string; children?: Child }) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

/** A picture that fits the screen. Its text was escaped where it was drawn. */
export function Chart({ picture, note }: { picture: Picture; note: string }) {
  return (
    <figure>
      <div class="wide">{raw(picture.wide)}</div>
      <div class="narrow">{raw(picture.narrow)}</div>
      <figcaption>{note}</figcaption>
    </figure>
  );
}

/** A table that scrolls by itself where the screen is too narrow for it. */
export function Table({ label, head, rows, left = 1 }: TableProps) {
  const side = (index: number) => (index < left ? "" : "number");
  return (
    <section class="scroll" tabindex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            {head.map((cell, index) => (
              <th scope="col" class={side(index)}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((cell, index) => (
                <td class={side(index)}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

type TableProps = {
  label: string;
  head: readonly string[];
  rows: readonly (readonly Child[])[];
  /** Columns of text, at the beginning; the others are numbers. */
  left?: number;
};

/** Names and values, one below the other. */
export function Facts({ facts }: { facts: readonly (readonly [string, Child])[] }) {
  return (
    <dl>
      {facts.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

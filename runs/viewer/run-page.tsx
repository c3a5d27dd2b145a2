/** @jsxRuntime automatic @jsxImportSource hono/jsx */
import { raw } from "hono/html";
import { showText } from "../report/formats.ts";
import { pageOf } from "./layout.tsx";
import type { LiveRow } from "./live-page.tsx";
import type { WatchedRun } from "./watched-run.ts";

const GROUPS = ["accepted", "rejected", "failed", "ablation", "undecided"];

/** A run as it stands, kept up to date by its event stream. */
export function runPage(run: WatchedRun): string {
  const { name, path, batch, page, problem } = run;
  return pageOf({
    title: name,
    script: "live.js",
    children: (
      <div data-live={`${path}/live?after=${page.seq}`} data-path={path}>
        {problem === null ? null : <p class="warning">{problem}</p>}
        <p class="links">
          <a href={`${path}/report`}>the whole report</a>
          {batch === null ? null : <a href={batch.path}>{`batch ${showText(batch.name, 100)}`}</a>}
          <span role="status" data-connection=""></span>
        </p>
        <div data-part="head">{raw(page.head)}</div>
        <div data-part="curve">{raw(page.curve)}</div>
        <section aria-labelledby="attempts">
          <h2 id="attempts">Attempts</h2>
          <form action={`${path}/compare`} method="get">
            <div class="bar">
              <label>
                Filter <input type="search" name="filter" autocomplete="off" />
              </label>
              <label>
                Show{" "}
                <select name="group">
                  <option value="">all</option>
                  {GROUPS.map((group) => (
                    <option value={group}>{group}</option>
                  ))}
                </select>
              </label>
              <button type="submit">Compare marked</button>
              <span role="status" data-count=""></span>
            </div>
            <ul class="tree" data-part="tree">
              {branches(page.rows)}
            </ul>
          </form>
        </section>
        <section aria-labelledby="journal">
          <h2 id="journal">Journal</h2>
          <pre data-part="lines" tabindex={0}>
            {page.lines.join("\n")}
          </pre>
        </section>
      </div>
    ),
  });
}

function branches(rows: readonly LiveRow[]) {
  const children = new Map<number | null, LiveRow[]>();
  for (const row of rows) {
    const known = children.get(row.parent) ?? [];
    known.push(row);
    children.set(row.parent, known);
  }
  return branch(children, null);
}

/** As `live.js` makes them. */
function branch(children: ReadonlyMap<number | null, LiveRow[]>, parent: number | null) {
  return (children.get(parent) ?? []).map(({ n, group, html }) => (
    <li id={`a${n}`} data-group={group}>
      <div class="row">
        <input type="checkbox" name="n" value={String(n)} aria-label={`mark attempt ${n + 1}`} />
        <details data-n={String(n)}>
          <summary>{raw(html)}</summary>
        </details>
      </div>
      <ul>{branch(children, n)}</ul>
    </li>
  ));
}

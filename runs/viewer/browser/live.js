// Keeps the page of a run up to date: what the server sends has been escaped there.
const root = document.querySelector("[data-live]");
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const tree = part("tree");
const form = tree.closest("form");
const count = form.querySelector("[data-count]");
const connection = root.querySelector("[data-connection]");

const MOST_LINES = 300;
/** Rows are changed for so many milliseconds between two frames. */
const WORK_MS = 8;

/** Opened attempts are asked for when they are opened. */
async function load(details) {
  const old = details.querySelector(".body");
  if (old) return;
  const answer = await fetch(`${root.dataset.path}/attempt?n=${details.dataset.n}`);
  const body = document.createElement("div");
  body.className = "body";
  if (answer.ok) body.innerHTML = await answer.text();
  else body.textContent = "It could not be read; close and open it again.";
  if (!details.querySelector(".body")) details.append(body);
  if (!answer.ok) details.addEventListener("toggle", () => body.remove(), { once: true });
}

tree.addEventListener(
  "toggle",
  (event) => {
    const details = event.target;
    if (details.open && details.dataset.n !== undefined) void load(details);
  },
  true,
);

function isShown(row) {
  const group = form.elements.group.value;
  const word = form.elements.filter.value.trim().toLowerCase();
  const own = row.querySelector(":scope > .row");
  return (
    (group === "" || row.dataset.group === group) &&
    (word === "" || own.textContent.toLowerCase().includes(word))
  );
}

/** A row is hidden by itself, its children stay where they fit. */
function filter() {
  let shown = 0;
  const rows = tree.querySelectorAll("li[id]");
  for (const row of rows) {
    const own = row.querySelector(":scope > .row");
    own.hidden = !isShown(row);
    if (!own.hidden) shown += 1;
  }
  count.textContent = `${shown} of ${rows.length}`;
}

form.elements.filter.addEventListener("input", filter);
form.elements.group.addEventListener("change", filter);
// Return in the filter would compare.
form.elements.filter.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});

function newRow({ n }) {
  const row = document.createElement("li");
  row.id = `a${n}`;
  row.innerHTML = `<div class="row"><input type="checkbox" name="n" value="${n}" aria-label="mark attempt ${n + 1}"><details data-n="${n}"><summary></summary></details></div><ul></ul>`;
  return row;
}

function put(change) {
  const parent = change.parent === null ? tree : document.querySelector(`#a${change.parent} > ul`);
  let row = document.getElementById(`a${change.n}`);
  if (row === null) {
    row = newRow(change);
    (parent ?? tree).append(row);
  }
  row.dataset.group = change.group;
  const details = row.querySelector(":scope > .row > details");
  details.querySelector("summary").innerHTML = change.html;
  const body = details.querySelector(":scope > .body");
  if (body !== null && !details.open) body.remove();
}

/** What is still to be done, each a small step. */
const waiting = [];
let isWorking = false;

/** A long journal changes much: some of it between two frames, so that the page stays quick. */
function work() {
  const until = performance.now() + WORK_MS;
  let next = 0;
  while (next < waiting.length && performance.now() < until) waiting[next++]();
  waiting.splice(0, next);
  if (waiting.length > 0) requestAnimationFrame(work);
  else isWorking = false;
}

function apply({ isOther, head, curve, rows, lines }) {
  if (isOther) return location.reload();
  waiting.push(
    () => {
      if (part("head").innerHTML !== head) part("head").innerHTML = head;
    },
    () => {
      if (curve !== null) part("curve").innerHTML = curve;
    },
    () => append(lines),
    ...rows.map((row) => () => put(row)),
  );
  if (rows.length > 0) waiting.push(filter);
  if (isWorking) return;
  isWorking = true;
  requestAnimationFrame(work);
}

function append(lines) {
  if (lines.length === 0) return;
  const shown = part("lines");
  const isAtEnd = shown.scrollHeight - shown.scrollTop - shown.clientHeight < 40;
  const all =
    shown.textContent === "" ? lines : [...shown.textContent.trim().split("\n"), ...lines];
  shown.textContent = all.slice(-MOST_LINES).join("\n");
  if (isAtEnd) shown.scrollTop = shown.scrollHeight;
}

part("lines").scrollTop = part("lines").scrollHeight;
filter();
const source = new EventSource(root.dataset.live);
source.addEventListener("change", (event) => apply(JSON.parse(event.data)));
source.addEventListener("open", () => {
  connection.textContent = "live";
});
source.addEventListener("error", () => {
  connection.textContent = "not connected; trying again";
});

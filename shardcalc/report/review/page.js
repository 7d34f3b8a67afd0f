"use strict";
(() => {
  const table = document.getElementById("decisions"), body = table.tBodies[0];
  const rows = Array.from(body.rows), find = document.getElementById("find"), only = document.getElementById("only"), shown = document.getElementById("shown");
  const text = (row, column) => row.cells[column].textContent;
  const key = (row, column) => row.cells[column].dataset.v;
  const sort = (head, column) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const sign = down ? -1 : 1, number = head.classList.contains("n");
    rows.sort((a, b) => {
      if (!number) return sign * text(a, column).localeCompare(text(b, column), "en", { numeric: true });
      const x = key(a, column), y = key(b, column);
      if (x === undefined || y === undefined) return (x === undefined) - (y === undefined); // unknown values come last in either direction
      return sign * (x - y);
    });
    body.append(...rows);
  };
  Array.from(table.tHead.rows[0].cells).forEach((head, column) => head.firstElementChild.addEventListener("click", () => sort(head, column)));
  const filter = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const all = row.textContent.toLowerCase(), fits = words.every((word) => all.includes(word)) && (!only.value || row.dataset.action === only.value || row.dataset.errors === only.value);
      row.hidden = !fits;
      const section = document.getElementById(row.dataset.at);
      if (section) section.hidden = !fits;
      count += fits;
    }
    shown.textContent = count === rows.length ? "" : count + " of " + rows.length + " shown";
  };
  find.addEventListener("input", filter);
  only.addEventListener("change", filter);
  const streams = Array.from(document.querySelectorAll(".stream"));
  document.getElementById("open").addEventListener("click", () => streams.forEach((one) => (one.open = !one.hidden)));
  document.getElementById("close").addEventListener("click", () => streams.forEach((one) => (one.open = false)));
  const go = () => {
    const one = document.getElementById(location.hash.slice(1));
    if (one && one.classList.contains("stream")) one.open = true;
  };
  addEventListener("hashchange", go);
  go();
})();

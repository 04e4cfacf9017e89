// The Segments tab: which sub-view is shown, and the map while it is painted.
(function () {
  const unchanged = () => dash_clientside.no_update;
  const triggers = () => (dash_clientside.callback_context.triggered || []).filter((one) => one.prop_id !== ".");
  const by = (id) => triggers().some((one) => one.prop_id.startsWith(id + "."));
  const equal = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  function paintedCell() {
    const found = triggers().find((one) => one.prop_id.includes('"segments-cell"') && one.value);
    return found && JSON.parse(found.prop_id.slice(0, found.prop_id.lastIndexOf(".")));
  }

  const cuts = (held) => held && held.cuts && {
    recency: held.cuts.recency, frequency: held.cuts.frequency, monetary: held.cuts.monetary,
  };

  // What this view is asked is kept in the address: a link shows what its sender saw.
  const MEASURES = ["recency", "frequency", "monetary"];
  const USUAL = { returns: "gross", next: "90", left: "champions" };
  const ALLOWED = { returns: /^(gross|net)$/, next: /^(30|60|90|180|365)$/, left: /^[a-z_]{1,30}$/ };
  // "30,60,120,240;1,2,4,8;100,250,500,1000": the server looks at them again.
  function readCuts(text) {
    const parts = (text || "").split(";").map((part) => part.split(",").map(Number));
    if (parts.length !== 3 || parts.some((part) => part.length !== 4 || part.some((cut) => !Number.isFinite(cut)))) return null;
    return Object.fromEntries(MEASURES.map((measure, place) => [measure, parts[place]]));
  }
  function writeAddress(changes) {
    const asked = new URLSearchParams(location.search);
    for (const [name, text] of Object.entries(changes)) {
      if (text) asked.set(name, text);
      else asked.delete(name);
    }
    const text = asked.toString();
    const address = text ? "?" + text : "";
    if (address === location.search) return;
    history.replaceState(history.state, "", location.pathname + address + location.hash);
    setTimeout(() => dash_clientside.set_props("shell-location", { search: address }));
  }
  let shared = "";
  let opened = false;
  let scored = false;

  const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text || "") && !isNaN(Date.parse(text));
  let arrived = false;

  const functions = (window.dash_clientside = window.dash_clientside || {});
  functions.segments = {
    show: function (search, ids) {
      return clientele.subViews("segments", new URLSearchParams(search || "").get("view"), search, ids);
    },
    bounds: function (bounds) {
      if (!bounds || !bounds.today) return Array(6).fill(unchanged());
      const next = new Date(Date.parse(bounds.first + "T00:00:00Z") + 86400000).toISOString().slice(0, 10);
      return [next, bounds.today, bounds.today, next, bounds.today, bounds.today];
    },
    when: function (search, at, since) {
      const held = { at: (at || "").slice(0, 10), since: (since || "").slice(0, 10) };
      const asked = new URLSearchParams(search || "");
      if (!arrived || by("shell-location")) {
        arrived = true;
        return ["at", "since"].map((name) => {
          const day = isDay(asked.get(name)) ? asked.get(name) : "";
          return day === held[name] ? unchanged() : day || null;
        });
      }
      writeAddress(held);
      return [unchanged(), unchanged()];
    },
    // What an address asks for is put into the controls: at the first look and after "back".
    restore: function (search) {
      const asked = new URLSearchParams(search || "");
      const plain = JSON.stringify(["returns", "next", "left", "cuts"].map((name) => asked.get(name)));
      if (plain === shared) return Array(4).fill(unchanged());
      const first = !shared;
      shared = plain;
      const values = Object.keys(USUAL).map((name) => (ALLOWED[name].test(asked.get(name) || "") ? asked.get(name) : USUAL[name]));
      if (first && values.every((value, place) => value === Object.values(USUAL)[place]) && !asked.get("cuts")) return Array(4).fill(unchanged());
      return [...values, readCuts(asked.get("cuts")) || unchanged()];
    },
    share: function (returns, next, left, draft, kept) {
      if (!kept) return unchanged();
      const own = draft && draft.cuts && !equal(draft.cuts, cuts(kept) || null);
      const told = { returns, next, left };
      Object.keys(USUAL).forEach((name) => { if (told[name] === USUAL[name]) told[name] = ""; });
      told.cuts = own ? MEASURES.map((measure) => draft.cuts[measure].join(",")).join(";") : "";
      shared = JSON.stringify(["returns", "next", "left", "cuts"].map((name) => told[name] || null));
      writeAddress(told);
      return unchanged();
    },
    draft: function (clicks, discard, scoring, typed, kept, brush, held) {
      if (!kept) return unchanged();
      if (!opened) {
        opened = true;
        if (typed) return equal(typed, cuts(kept) || null) ? null : { rows: kept.rows, cuts: typed };
      }
      if (by("segments-rfm-kept") || by("segments-rfm-discard")) return null;
      const draft = { rows: (held || kept).rows.map((row) => row.slice()), cuts: cuts(held || kept) || null };
      const cell = paintedCell();
      if (cell) draft.rows[cell.r - 1][cell.f - 1] = brush;
      if (by("segments-rfm-typed") && typed) draft.cuts = typed;
      if (by("segments-rfm-scoring")) {
        if (scoring === "quintiles") draft.cuts = null;
        else if (!draft.cuts) draft.cuts = cuts(kept) || null;
      }
      const next = equal(draft, { rows: kept.rows, cuts: cuts(kept) || null }) ? null : draft;
      return equal(next, held || null) ? unchanged() : next;
    },
    asked: function (kept, draft, snapshot, returns, next, bounds, held) {
      if (!kept) return unchanged();
      const day = (snapshot || "").slice(0, 10);
      const asked = {
        snapshot: day && bounds && day < bounds.today ? day : null,
        returns: returns || "gross",
        next: next || USUAL.next,
        rows: (draft || kept).rows,
        cuts: (draft ? draft.cuts : cuts(kept)) || null,
      };
      return equal(asked, held) ? unchanged() : asked;
    },
    state: function (kept, draft) {
      if (!kept) return ["", true, true, true];
      const by = kept.version > 1 ? "Version " + kept.version + " by " + kept.author : "The usual map";
      if (!draft) return [by, true, true, kept.version < 2];
      let cells = 0;
      draft.rows.forEach((row, r) => row.forEach((word, f) => { if (word !== kept.rows[r][f]) cells += 1; }));
      const parts = [];
      if (cells) parts.push(cells + (cells === 1 ? " cell painted" : " cells painted"));
      if (!equal(draft.cuts, cuts(kept) || null)) parts.push("other cuts");
      return [parts.join(", ") + ": not saved yet", false, false, true];
    },
    scoring: function (kept, discard, typed) {
      if (!kept) return Array(4).fill(unchanged());
      const first = !scored;
      scored = true;
      if (typed && (first || by("segments-rfm-typed"))) {
        return ["cuts", ...MEASURES.map((measure) => typed[measure].join(", "))];
      }
      if (!kept.cuts) return ["quintiles", unchanged(), unchanged(), unchanged()];
      return ["cuts", ...["recency", "frequency", "monetary"].map((measure) => kept.cuts[measure].join(", "))];
    },
    cutsForm: function (scoring) {
      return scoring !== "cuts";
    },
    cells: function (view, ids) {
      if (!view || !view.table) return ids.map(unchanged);
      const words = {};
      view.table.rows.forEach(([r, f, segment, customers]) => {
        words[r + "-" + f] = "Recency " + r + ", frequency " + f + ": " + segment + ", " +
          Number(customers).toLocaleString("en-GB") + " customers";
      });
      return ids.map((id) => words[id.r + "-" + id.f] || unchanged());
    },
    choose: function (click) {
      const point = click && click.points && click.points[0];
      const word = point && (point.customdata || point.id);
      return word || unchanged();
    },
    editing: function (edit, cancel, book, ids) {
      const editing = by("segments-playbook-edit") && Boolean(edit);
      return ids.map((id) => (id.part === "form") !== editing);
    },
  };
})();

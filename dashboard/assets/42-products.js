// The Products tab: the matrix while its cuts are dragged, and the table of a cell.
(function () {
  const unchanged = () => dash_clientside.no_update;
  const triggers = () => (dash_clientside.callback_context.triggered || []).filter((one) => one.prop_id !== ".");
  const by = (id) => triggers().some((one) => one.prop_id.startsWith(id + "."));
  const CELLS = ["AX", "AY", "AZ", "BX", "BY", "BZ", "CX", "CY", "CZ", "new"];
  const MEASURES = ["products", "revenue", "margin", "units"];
  const USUAL = [80, 95, 50, 100];
  // How products are classified is kept in the address: a link shows what its sender saw, and
  // "back" what one saw before. Each choice by its name there; what stands first is the usual one.
  const CHOICES = {
    by: ["abc", "revenue", "margin", "units"],
    step: ["xyz", "month", "week"],
    demand: ["demand", "units", "revenue"],
    zeros: ["zeros", "counted", "left"],
    season: ["season", "kept", "taken"],
  };
  const USUAL_CELL = "AX";
  let picked = "";

  // "80-95-50-100", within what the sliders can show; the server looks at them again.
  function readCuts(text) {
    const cuts = (text || "").split("-").map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : NaN));
    const [a, b, x, y] = cuts;
    const good = cuts.length === 4 && a >= 5 && a < b && b <= 100 && x >= 5 && x < y && y <= 200 && x % 5 === 0 && y % 5 === 0;
    return good ? cuts : USUAL;
  }

  function readAddress(search) {
    const asked = new URLSearchParams(search || "");
    const found = { cuts: readCuts(asked.get("classes")) };
    Object.entries(CHOICES).forEach(([name, [word, ...values]]) => {
      found[name] = values.includes(asked.get(word)) ? asked.get(word) : values[0];
    });
    found.cell = [...CELLS, "all"].includes(asked.get("cell")) ? asked.get("cell") : USUAL_CELL;
    return found;
  }

  // The usual is not written, so that a plain address stays one.
  function writeAddress(changes) {
    if (location.pathname.split("/").pop() !== "products") return;
    const asked = new URLSearchParams(location.search);
    Object.entries(changes).forEach(([word, [value, usual]]) => {
      if (String(value) === String(usual)) asked.delete(word);
      else asked.set(word, String(value));
    });
    const text = asked.toString();
    if (text === new URLSearchParams(location.search).toString()) return;
    const address = text ? "?" + text : "";
    setTimeout(() => dash_clientside.set_props("shell-location", { search: address }));
  }

  function short(value, sign) {
    const size = Math.abs(value);
    const [unit, letter] = size >= 1e9 ? [1e9, "B"] : size >= 1e6 ? [1e6, "M"] : size >= 1e4 ? [1e3, "k"] : [1, ""];
    const text = unit > 1 ? (size / unit).toFixed(unit === 1e3 ? 1 : 2) : Math.round(size).toLocaleString("en-GB");
    return (value < 0 ? "\u2212" : "") + (sign || "") + text + letter;
  }
  const percent = (part) => (part < 0 ? "\u2212" : "") + (Math.abs(part) * 100).toFixed(1) + "%";

  // The same rule as `cells` of analytics/models/abc_xyz.py, on the same places.
  function placeOf(share, variation, cuts) {
    if (variation < 0) return 9;
    const abc = share === 100 ? 2 : (share >= cuts[0] ? 1 : 0) + (share >= cuts[1] ? 1 : 0);
    return abc * 3 + (variation * 5 > cuts[2] ? 1 : 0) + (variation * 5 > cuts[3] ? 1 : 0);
  }

  function sums(steps, cuts) {
    const found = CELLS.map(() => ({ products: 0, revenue: 0, margin: 0, units: 0 }));
    const all = { products: 0, revenue: 0, margin: 0, units: 0 };
    steps.share.forEach((share, row) => {
      const into = found[placeOf(share, steps.variation[row], cuts)];
      MEASURES.forEach((measure) => {
        into[measure] += steps[measure][row];
        all[measure] += steps[measure][row];
      });
    });
    return [found, all];
  }

  // What is in another cell by `cuts` than by `base`, and between which classes most of it goes.
  function moves(steps, base, cuts) {
    let products = 0;
    let revenue = 0;
    const ways = {};
    steps.share.forEach((share, row) => {
      const from = placeOf(share, steps.variation[row], base);
      const to = placeOf(share, steps.variation[row], cuts);
      if (from === to) return;
      products += steps.products[row];
      revenue += steps.revenue[row];
      [0, 1].forEach((letter) => {
        const way = CELLS[from][letter] + " to " + CELLS[to][letter];
        if (CELLS[from][letter] !== CELLS[to][letter]) ways[way] = (ways[way] || 0) + steps.products[row];
      });
    });
    return { products, revenue, ways };
  }

  const many = (count) => count.toLocaleString("en-GB") + (count === 1 ? " product" : " products");

  function movedInWords(steps, base, cuts, lead) {
    const moved = moves(steps, base, cuts);
    if (!moved.products) return "";
    const ways = Object.entries(moved.ways).map(([way, count]) => count.toLocaleString("en-GB") + " from " + way);
    return lead + many(moved.products) + " with " + short(moved.revenue, steps.sign) + " of revenue " +
      (moved.products === 1 ? "moves: " : "move: ") + ways.join(", ") + ".";
  }

  // Written into the page as it stands: through Dash a drag would be drawn late.
  const partOf = (kind, name) => document.getElementById(JSON.stringify(kind === "axis" ? { axis: name, type: "products-axis" } : { cell: name, type: "products-cell" }));

  function writeCell(name, held, all, steps, headline) {
    const button = partOf("cell", name);
    if (!button) return;
    const shown = name === "new" ? "New" : name;
    const share = (measure) => (all[measure] ? held[measure] / all[measure] : 0);
    const part = Math.min(1, Math.max(0, share("revenue")) * 1.6);
    button.style.setProperty("--matrix-part", part.toFixed(3));
    button.title = shown + ": " + many(held.products) + ", " + short(held.revenue, steps.sign) + " of revenue";
    button.querySelector(".matrix-name > span").textContent = headline || "";
    MEASURES.forEach((measure) => {
      const line = button.querySelector(".matrix-" + measure);
      const sign = measure === "revenue" || measure === "margin" ? steps.sign : "";
      line.hidden = measure === "margin" && !steps.costs;
      line.children[1].textContent = measure === "products" ? held.products.toLocaleString("en-GB") : short(held[measure], sign);
      line.children[2].textContent = percent(share(measure));
    });
  }

  function edges(steps, cuts) {
    const value = { revenue: "revenue", margin: "margin", units: "units" }[steps.by];
    return {
      A: "first " + cuts[0] + "% of " + value,
      B: "up to " + cuts[1] + "%",
      C: "the rest",
      X: "even: up to " + cuts[2] + "%",
      Y: "varying: up to " + cuts[3] + "%",
      Z: "erratic: over " + cuts[3] + "%",
      new: "under 3 periods",
    };
  }

  // Dash names neither the handles of its slider nor the fields beside it.
  function nameHandles() {
    const names = {
      "products-shares": ["A ends at, in % of the value", "B ends at, in % of the value"],
      "products-variations": ["X ends at, in % of variation", "Y ends at, in % of variation"],
    };
    Object.entries(names).forEach(([id, labels]) => {
      const slider = document.getElementById(id);
      const group = slider && slider.closest('[role="group"]');
      ["input", '[role="slider"]'].forEach((kind) => {
        (group ? group.querySelectorAll(kind) : []).forEach((part, at) => part.setAttribute("aria-label", labels[at % 2]));
      });
    });
  }

  // Demand, as a line in a cell of the table.
  const renderers = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  renderers.ProductSpark = function (props) {
    const values = props.value || [];
    if (values.length < 2) return null;
    const top = Math.max(...values) || 1;
    const points = values.map((value, at) => ((at / (values.length - 1)) * 100).toFixed(1) + "," + (22 - (value / top) * 20).toFixed(1));
    return React.createElement(
      "svg",
      { viewBox: "0 0 100 24", preserveAspectRatio: "none", className: "product-spark", role: "img", "aria-label": "Demand, from " + values[0] + " to " + values[values.length - 1] },
      React.createElement("polyline", { points: points.join(" "), fill: "none", vectorEffect: "non-scaling-stroke" }),
    );
  };

  async function checked(answer) {
    if (answer.ok) return answer;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    throw new Error((page.querySelector("p") || page.body).textContent.trim());
  }

  function save(href, name) {
    const link = document.createElement("a");
    link.href = href;
    link.download = name;
    document.body.appendChild(link);
    link.click();
    link.remove();
  }

  // A large Excel file is a job: its state is asked for until it is there.
  async function fetchFile(form, tell) {
    const answer = await checked(await fetch("/downloads/products", { method: "POST", body: form }));
    if (answer.status === 202) {
      const { job } = await answer.json();
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 800));
        const state = await (await checked(await fetch("/downloads/products/" + job))).json();
        if (state.state === "done") {
          save("/downloads/export/" + job, state.name);
          return state.name;
        }
        if (state.error) throw new Error(state.error);
        tell(state.message + ", " + Math.round(state.percent) + "%");
      }
    }
    const named = /filename="?([^";]+)/.exec(answer.headers.get("Content-Disposition") || "");
    const href = URL.createObjectURL(await answer.blob());
    save(href, named ? named[1] : "products.csv");
    setTimeout(() => URL.revokeObjectURL(href), 20000);
    return named ? named[1] : "products.csv";
  }

  const functions = (window.dash_clientside = window.dash_clientside || {});
  functions.products = {
    show: function (search, ids) {
      const asked = new URLSearchParams(search || "");
      // Links of earlier versions said `products=` where the others said `view=`.
      const wanted = asked.get("view") || asked.get("products");
      return clientele.subViews("products", wanted, search, ids, (next) => next.delete("products"));
    },
    asked: function (value, step, demand, zeros, season, shares, variations, held) {
      const asked = { by: value, step, demand, zeros, season, cuts: [...shares, ...variations] };
      const told = { classes: [asked.cuts.join("-"), USUAL.join("-")] };
      Object.entries(CHOICES).forEach(([name, [word, usual]]) => { told[word] = [asked[name], usual]; });
      writeAddress(told);
      return JSON.stringify(asked) === JSON.stringify(held) ? unchanged() : asked;
    },
    // What the address asks for is put into the controls: at the first look and after "back".
    restore: function (search, id, ...held) {
      if (location.pathname.split("/").pop() !== "products") return held.map(unchanged);
      const found = readAddress(search);
      const wanted = [...Object.keys(CHOICES).map((name) => found[name]), found.cuts.slice(0, 2), found.cuts.slice(2), found.cell];
      return wanted.map((value, at) => (JSON.stringify(value) === JSON.stringify(held[at]) ? unchanged() : value));
    },
    usual: function (clicks) {
      return clicks ? [USUAL.slice(0, 2), USUAL.slice(2)] : [unchanged(), unchanged()];
    },
    cells: function (view, sharesDragged, variationsDragged, shares, variations, headlines) {
      const steps = view && view.steps;
      nameHandles();
      if (!steps) return unchanged();
      const settled = [...shares, ...variations];
      const dragged = triggers().some((one) => one.prop_id.endsWith(".drag_value"))
        ? [...(sharesDragged || shares), ...(variationsDragged || variations)]
        : settled;
      const dragging = JSON.stringify(dragged) !== JSON.stringify(settled);
      const cuts = dragging ? dragged : settled;
      const [found, all] = sums(steps, cuts);
      const words = edges(steps, cuts);
      const isUsual = JSON.stringify(settled) === JSON.stringify(USUAL);
      const told = dragging
        ? movedInWords(steps, settled, cuts, "") || "Nothing moves yet."
        : movedInWords(steps, USUAL, cuts, "Against the usual cuts, ") ||
          (isUsual ? "Drag a cut to see at once how many products and how much revenue move." : "Against the usual cuts, nothing moves.");
      CELLS.forEach((name, at) => writeCell(name, found[at], all, steps, (headlines || {})[name]));
      Object.entries(words).forEach(([name, text]) => {
        const edge = partOf("axis", name);
        if (edge) edge.lastElementChild.textContent = text;
      });
      document.getElementById("products-moved").textContent = told;
      return isUsual;
    },
    choose: function () {
      const found = triggers().find((one) => one.value && one.prop_id.includes("products-cell"));
      const cell = by("products-every") ? "all" : found && JSON.parse(found.prop_id.slice(0, found.prop_id.lastIndexOf("."))).cell;
      if (!cell) return unchanged();
      writeAddress({ cell: [cell, USUAL_CELL] });
      return cell;
    },
    chosen: function (chosen, ids) {
      return ids.map(({ cell }) => "matrix-cell" + (cell === chosen ? " chosen" : ""));
    },
    // The table is asked for anew only when what it lists has become something else.
    refresh: function (question, asked, cell, job) {
      const wanted = JSON.stringify([question && question.filters, asked, cell, (job || {}).done || null]);
      if (!question || wanted === picked) return unchanged();
      picked = wanted;
      if (window.dash_ag_grid) dash_ag_grid.getApiAsync("products-table").then((grid) => grid.purgeInfiniteCache());
      return unchanged();
    },
    // The address names the product that is open; a click on one in a table opens it.
    one: function (search, typed, listed, watched, held) {
      const asked = new URLSearchParams(search || "");
      const clicked = [listed, watched].find((cell, at) => cell && by(["products-table", "products-watched"][at]) && cell.colId === "product_id");
      const own = clicked ? String(clicked.value) : by("products-one") && !by("shell-location") ? (typed || "").trim() : null;
      if (own !== null && own !== (asked.get("product") || "")) {
        if (own) asked.set("product", own);
        else asked.delete("product");
        if (clicked) asked.set("view", "one");
        setTimeout(() => dash_clientside.set_props("shell-location", { search: "?" + asked.toString() }));
        return [unchanged(), unchanged()];
      }
      if (clicked && asked.get("view") !== "one") {
        asked.set("view", "one");
        setTimeout(() => dash_clientside.set_props("shell-location", { search: "?" + asked.toString() }));
      }
      const product = asked.get("product") || "";
      return [product === (held || "") ? unchanged() : product, product === (typed || "") ? unchanged() : product];
    },
    exported: function (csv, excel, question, asked, cell) {
      const trigger = triggers()[0];
      if (!trigger || !trigger.value || !question) return unchanged();
      const form = new FormData();
      const held = { question: JSON.stringify(question), asked: JSON.stringify(asked), cell, format: by("products-excel") ? "xlsx" : "csv" };
      Object.entries(held).forEach(([name, value]) => form.append(name, value));
      const tell = (text) => dash_clientside.set_props("products-export-state", { children: text });
      tell("Preparing the file …");
      fetchFile(form, tell).then((name) => tell("Saved as " + name), (error) => tell(error.message));
      return unchanged();
    },
    editing: function (edit, cancel, policy, ids) {
      const editing = by("products-policy-edit") && Boolean(edit);
      return ids.map((id) => (id.part === "form") !== editing);
    },
  };
})();

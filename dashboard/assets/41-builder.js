// The rule a reader builds: held and changed here, answered by the server.
(function () {
  window.clientele = window.clientele || {};
  const reader = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const SHARES = ["discount_share", "return_rate"];
  const unchanged = () => dash_clientside.no_update;
  const html = (type, props) => clientele.element(type, props);
  const copy = (value) => JSON.parse(JSON.stringify(value));
  const newKey = () => "k" + Math.random().toString(36).slice(2, 9);
  const emptyRule = () => ({ key: "root", mode: "all", negated: false, parts: [] });
  let number = 0;
  let asked = "";

  const keyed = (node, outermost) => ({
    ...node,
    key: outermost ? "root" : newKey(),
    ...(node.parts ? { parts: node.parts.map((part) => keyed(part, false)) } : {}),
  });
  const bare = (node) => {
    const { key, ...rest } = node;
    return rest.parts ? { ...rest, parts: rest.parts.map(bare) } : rest;
  };
  const find = (node, key) => {
    if (node.key === key) return node;
    for (const part of node.parts || []) {
      const found = find(part, key);
      if (found) return found;
    }
    return null;
  };
  const drop = (node, key) => {
    node.parts = node.parts.filter((part) => part.key !== key);
    node.parts.forEach((part) => part.parts && drop(part, key));
  };

  // What an input says, put into its node.
  function set(node, part, value) {
    if (part === "negated") node.negated = value === "not";
    else if (part === "mode" || part === "role") node[part] = value || node[part];
    else if (part === "operator") {
      const pair = value === "between";
      if (pair && !Array.isArray(node.value)) node.value = [node.value, node.value];
      if (!pair && node.operator === "between") node.value = node.value[0];
      node.operator = value;
    } else if (part === "names" || part === "products") node.value = value || [];
    else if (part === "one") node.value = value ? [value] : [];
    else if (part === "window") {
      if (value === null || value === "" || value === undefined) delete node.window;
      else node.window = Number(value);
    } else {
      let given = value === "" || value === undefined ? null : value;
      if ((part === "low" || part === "high") && given !== null) {
        given = Number(given);
        if (SHARES.includes(node.field)) given = Number((given / 100).toFixed(8));
      }
      if (Array.isArray(node.value)) node.value[part === "high" || part === "until" ? 1 : 0] = given;
      else node.value = given;
    }
  }

  function change(draft, id, value, stores) {
    const rule = draft.rule;
    const node = id.key !== undefined ? find(rule, id.key) : null;
    if (id.type === "rule-set" && node) set(node, id.part, value);
    else if (!value) return;
    else if (id.type === "rule-add" && node) {
      node.parts.push({ key: newKey(), field: id.field, ...copy(stores.defaults[id.field]) });
    } else if (id.type === "rule-group" && node) {
      node.parts.push({ key: newKey(), mode: node.mode === "all" ? "any" : "all", negated: false, parts: [] });
    } else if (id.type === "rule-remove") drop(rule, id.key);
    else if (id.type === "segments-template" && stores.templates) {
      const template = stores.templates[id.word];
      if (!template) return;
      Object.keys(draft).forEach((name) => delete draft[name]);
      Object.assign(draft, { rule: keyed(template.rule, true), from: template.label });
      address(null);
    }
  }

  // The address names the segment that is open, so that it can be passed on.
  function address(segment) {
    const held = new URLSearchParams(location.search);
    if ((held.get("open") || null) === segment) return;
    if (segment) held.set("open", segment);
    else held.delete("open");
    const text = held.toString();
    setTimeout(() => dash_clientside.set_props("shell-location", { search: text ? "?" + text : "" }));
  }

  const shapeOf = (node) =>
    node.parts
      ? [node.key, node.mode, node.negated, node.parts.map(shapeOf)]
      : [node.key, node.field, node.operator === "between"];

  function bars(spread) {
    const most = Math.max(1, ...spread.bars.map((bar) => bar.customers));
    return [
      html("Div", {
        className: "spread-bars" + (spread.bars.length > 14 ? " fine" : ""),
        role: "img",
        "aria-label": spread.said,
        children: spread.bars.map((bar) => html("Div", {
          className: "spread-bar" + (bar.inside ? " inside" : ""),
          title: bar.label + ": " + bar.customers.toLocaleString("en-GB") + " " + spread.unit,
          style: { height: Math.max(bar.customers ? 6 : 0, (100 * bar.customers) / most) + "%" },
        })),
      }),
      html("Div", {
        className: "spread-ends",
        children: [html("Span", { children: spread.first }), html("Span", { children: spread.middle }), html("Span", { children: spread.last })],
      }),
    ];
  }

  const functions = (window.dash_clientside = window.dash_clientside || {});
  functions.builder = {
    edit: function (values, adds, groups, removes, clicks, opened, fresh, held, templates, defaults) {
      const triggered = dash_clientside.callback_context.triggered || [];
      const before = JSON.stringify(held || null);
      let draft = held && held.rule ? copy(held) : { rule: emptyRule() };
      triggered.forEach(({ prop_id, value }) => {
        const dot = prop_id.lastIndexOf(".");
        const name = prop_id.slice(0, dot);
        if (name === "segments-opened") {
          if (!value || (held && held.nonce === value.nonce)) return;
          draft = { ...value, rule: keyed(value.rule, true), saved: JSON.stringify(value.rule) };
          address(value.segment || null);
        } else if (name === "segments-new") {
          if (!value) return;
          draft = { rule: emptyRule() };
          address(null);
        } else if (name.startsWith("{")) change(draft, JSON.parse(name), value, { templates, defaults });
      });
      return JSON.stringify(draft) === before || (!held && !draft.rule.parts.length) ? unchanged() : draft;
    },
    shape: function (draft, held) {
      const shape = JSON.stringify(shapeOf((draft && draft.rule) || emptyRule()));
      return shape === held ? unchanged() : shape;
    },
    ask: function (draft, seen) {
      if (!seen) return unchanged();
      const rule = (draft && draft.rule) || emptyRule();
      const text = JSON.stringify(rule);
      if (text === asked) return unchanged();
      asked = text;
      number += 1;
      return { rule, reader, number };
    },
    // A link to a segment opens it, unless it is the one being worked on.
    link: function (search) {
      const wanted = new URLSearchParams(search || "").get("open");
      if (!wanted) return unchanged();
      let draft = null;
      try {
        draft = JSON.parse(sessionStorage.getItem("segments-draft"));
      } catch (error) {
        draft = null;
      }
      return draft && draft.segment === wanted ? unchanged() : { segment: wanted, nonce: Date.now() };
    },
    heading: function (draft) {
      const held = draft || {};
      const changed = held.segment ? JSON.stringify(bare(held.rule)) !== held.saved : Boolean(held.rule && held.rule.parts.length);
      const state = held.segment
        ? "Version " + held.version + (held.owner ? " · owned by " + held.owner : "") + (changed ? " · changed, not saved" : " · saved")
        : (held.from ? "From the template “" + held.from + "”" : "Not saved yet");
      return [held.name || "New segment", state, !held.segment, held.segment ? "Save changes" : "Save segment"];
    },
    effects: function (effects) {
      const outputs = dash_clientside.callback_context.outputs_list;
      return outputs.map(({ id }) => {
        const told = (effects || {})[id.key];
        if (!told) return [];
        if (told.problem) return html("Span", { className: "rule-problem", children: [html("I", { className: "bi bi-exclamation-circle", "aria-hidden": "true" }), told.problem] });
        return told.lines.map(([many, said]) => html("Div", { children: [html("B", { children: many }), " " + said] }));
      });
    },
    spreads: function (spreads) {
      const outputs = dash_clientside.callback_context.outputs_list;
      return outputs.map(({ id }) => {
        const spread = (spreads || {})[id.key];
        return spread ? bars(spread) : [];
      });
    },
    refreshGrid: function (answered) {
      if (!answered) return unchanged();
      const purge = () => dash_ag_grid.getApiAsync("segments-members").then((grid) => grid.purgeInfiniteCache());
      if (window.dash_ag_grid) purge();
      return unchanged();
    },
    dialog: function (saving, copying, cancel, draft) {
      const trigger = dash_clientside.callback_context.triggered[0];
      if (!trigger || !trigger.value) return Array(7).fill(unchanged());
      const by = trigger.prop_id.split(".")[0];
      const held = draft || {};
      if (by === "segments-dialog-cancel") return [false, unchanged(), unchanged(), unchanged(), "", unchanged(), null];
      const copy = by === "segments-save-as";
      const name = held.segment ? (copy ? "Copy of " + held.name : held.name) : held.from || "";
      return [true, name, held.about || "", copy, "", copy ? "" : held.owner || "", null];
    },
    adoptable: function (aside) {
      return !aside;
    },
    picked: function (cell) {
      return cell && cell.colId === "customer_id" && cell.value ? String(cell.value) : unchanged();
    },
    // A link click: the browser itself writes the file to the disk as it comes, once.
    fetchExport: function (ready) {
      if (!ready || sessionStorage.getItem("segments-fetched") === ready.job) return unchanged();
      sessionStorage.setItem("segments-fetched", ready.job);
      const link = document.createElement("a");
      link.href = "/downloads/export/" + ready.job;
      link.download = "";
      document.body.appendChild(link);
      link.click();
      link.remove();
      return unchanged();
    },
  };
})();

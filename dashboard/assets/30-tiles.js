// Draws finished views: figures in the reader's theme, tables, single numbers, the trust panel.
(function () {
  window.clientele = window.clientele || {};
  const html = (type, props) => clientele.element(type, props);
  const unchanged = () => dash_clientside.no_update;
  const own = () => {
    const list = dash_clientside.callback_context.outputs_list;
    return (Array.isArray(list) ? list[0] : list).id.name;
  };

  // A figure with the theme's template, and its colour tokens replaced.
  function themed(figure, theme) {
    const text = JSON.stringify(figure).replace(/"rgb\(0,0,\d+\)"/g, (token) => JSON.stringify(theme.tokens[JSON.parse(token)] || JSON.parse(token)));
    const copy = JSON.parse(text);
    copy.layout = Object.assign({}, copy.layout, { template: theme.template });
    // Where there is less room, fewer names.
    if (window.innerWidth <= 800) (copy.data || []).forEach((trace) => { if (trace.meta && trace.meta.narrow) trace.text = trace.meta.narrow; });
    return copy;
  }

  const isNumber = (cell) => typeof cell === "number" || /^[\u2212+×-]?\D{0,4}[\d.,]+[kMB%]?$/.test(String(cell));
  function cellText(cell) {
    if (cell === null || cell === undefined) return "\u2013";
    return typeof cell === "number" ? cell.toLocaleString("en-GB", { maximumFractionDigits: 2 }) : String(cell);
  }

  function table(content, caption) {
    const right = content.columns.map((name, index) => content.rows.length > 0 && content.rows.every((row) => row[index] === null || isNumber(row[index])));
    const head = html("Tr", { children: content.columns.map((name, index) => html("Th", { children: name, scope: "col", className: right[index] ? "number" : "" })) });
    const rows = content.rows.map((row) => html("Tr", { children: row.map((cell, index) => html("Td", { children: cellText(cell), className: right[index] ? "number" : "" })) }));
    return html("Table", {
      className: "plain-table",
      children: [
        html("Caption", { children: caption, className: "visually-hidden" }),
        html("Thead", { children: head }),
        html("Tbody", { children: rows }),
      ],
    });
  }

  function emptiness(view) {
    const words = view.failed || view.empty;
    return [
      html("I", { className: "bi bi-" + (view.failed ? "exclamation-triangle" : "inbox"), "aria-hidden": "true" }),
      html("P", { children: words }),
    ];
  }

  function sparkline(values) {
    if (!values || values.length < 2) return null;
    const top = Math.max(...values);
    const low = Math.min(0, ...values);
    const x = (index) => ((index / (values.length - 1)) * 100).toFixed(2);
    const y = (value) => (22 - ((value - low) / (top - low || 1)) * 20).toFixed(2);
    const line = values.map((value, index) => x(index) + "," + y(value)).join(" ");
    const svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 100 24' preserveAspectRatio='none'><polyline points='" + line +
      "' fill='none' stroke='black' stroke-width='1.6' vector-effect='non-scaling-stroke' stroke-linejoin='round'/></svg>";
    const image = 'url("data:image/svg+xml,' + encodeURIComponent(svg) + '")';
    return html("Div", { className: "spark", style: { maskImage: image, WebkitMaskImage: image } });
  }

  function delta(view) {
    if (view.change === null || view.change === undefined) {
      return html("Span", { children: view.compared ? "\u2013 " + view.compared : "\u00a0", className: "sub" });
    }
    const flat = Math.abs(view.change) < 0.005;
    const up = view.change > 0;
    const good = view.good === "none" || flat ? "" : (view.good === "up") === up ? " good" : " bad";
    const size = Math.abs(view.change);
    const text = size >= 9.995 ? "×" + Math.round(view.change + 1) : (flat && size < 0.0005 ? "" : up ? "+" : "\u2212") + (size * 100).toFixed(1) + "%";
    return [
      html("Span", {
        className: "change" + good,
        children: [
          html("I", { className: "bi bi-arrow-" + (flat ? "right" : up ? "up-right" : "down-right"), "aria-hidden": "true" }),
          html("Span", { children: up && !flat ? "up" : flat ? "unchanged" : "down", className: "visually-hidden" }),
          text,
        ],
      }),
      html("Span", { children: view.compared, className: "sub" }),
    ];
  }

  function list(pairs) {
    return html("Table", {
      className: "plain-table",
      children: html("Tbody", {
        children: pairs.map(([what, many]) => html("Tr", {
          children: [html("Td", { children: what }), html("Td", { children: Number(many).toLocaleString("en-GB"), className: "number" })],
        })),
      }),
    });
  }

  function trustBody(view, definitions) {
    const trust = view.trust;
    const meaning = definitions[trust.metric];
    const part = (title, children) => html("Section", { children: [html("H3", { children: title })].concat(children) });
    const parts = [];
    if (meaning) {
      parts.push(part(meaning.name, [
        html("P", { children: meaning.definition }),
        ...(meaning.formula ? [html("P", { children: meaning.formula, className: "sub" })] : []),
        ...(meaning.left_out ? [html("P", { children: meaning.left_out, className: "sub" })] : []),
      ]));
    }
    if (view.exact) parts.push(part("Exactly", [html("P", { children: view.exact })]));
    parts.push(part("Period", [html("P", { children: trust.period + (trust.compared ? ", compared with " + trust.compared : "") })]));
    if (trust.narrowed) parts.push(part("Segment", [html("P", { children: trust.narrowed })]));
    if (trust.used.length) parts.push(part("Rows used", [list(trust.used)]));
    if (trust.left_out.length) parts.push(part("Rows left out", [list(trust.left_out)]));
    parts.push(part("Data", [html("P", { children: trust.data_as_of })]));
    trust.statements.forEach(([name, sql]) => parts.push(html("Details", {
      children: [html("Summary", { children: "SQL: " + name }), html("Pre", { children: sql, tabIndex: 0 })],
    })));
    return parts;
  }

  function save(name, blobOrUrl) {
    const link = document.createElement("a");
    link.href = blobOrUrl instanceof Blob ? URL.createObjectURL(blobOrUrl) : blobOrUrl;
    link.download = name;
    document.body.appendChild(link);
    link.click();
    link.remove();
    if (blobOrUrl instanceof Blob) setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  const about = (name, view, filters) => ({
    title: (document.querySelector('[data-tile="' + CSS.escape(name) + '"] h2') || {}).textContent || name,
    filters: clientele.inWords(filters),
    asOf: view.trust.data_as_of,
  });
  const quote = (cell) => {
    let text = cell === null || cell === undefined ? "" : String(cell);
    // A name that a spreadsheet would run as a formula is kept as text.
    if (typeof cell === "string" && /^[=+@\t\r-]/.test(text) && isNaN(Number(text))) text = "'" + text;
    return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  };

  function saveCsv(name, view, filters) {
    const told = about(name, view, filters);
    const lines = [
      ["# " + told.title], ["# " + told.filters], ["# " + told.asOf],
      view.table.columns, ...view.table.rows,
    ].map((row) => row.map(quote).join(","));
    save(name + ".csv", new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv;charset=utf-8" }));
  }

  function savePng(name, view, filters, theme) {
    const told = about(name, view, filters);
    const figure = themed(view.figure, theme);
    const tile = document.querySelector('[data-tile="' + CSS.escape(name) + '"] .plot');
    const width = Math.max(720, tile ? tile.clientWidth : 0);
    const height = (tile ? tile.clientHeight : 320) + 100;
    const note = (text, y, size) => ({
      text, xref: "paper", yref: "paper", x: 0, y, yanchor: "middle", xanchor: "left", showarrow: false,
      font: { size }, align: "left", yshift: y > 0.5 ? 46 : -52,
    });
    figure.layout.paper_bgcolor = theme.surface;
    figure.layout.margin = { l: 60, r: 40, t: 72, b: 74 };
    figure.layout.annotations = (figure.layout.annotations || []).concat([
      note("<b>" + told.title + "</b>", 1, 15), note(told.filters + " · " + told.asOf, 0, 11),
    ]);
    Plotly.toImage({ data: figure.data, layout: Object.assign(figure.layout, { width, height }) }, { format: "png", width, height, scale: 2 })
      .then((url) => save(name + ".png", url));
  }

  const functions = (window.dash_clientside = window.dash_clientside || {});
  functions.tiles = {
    paint: function (view, theme, mode, themes, title, subtitle) {
      if (!view) return Array(9).fill(unchanged());
      clientele.checkVersion(view.version);
      const nothing = Boolean(view.failed || view.empty || !view.figure);
      const asTable = mode === "table" && !nothing;
      return [
        nothing ? unchanged() : clientele.lifted(own(), themed(view.figure, themes[theme] || themes.light)),
        nothing || asTable,
        nothing ? emptiness(view) : [],
        !nothing,
        asTable ? table(view.table, view.title || title) : [],
        !asTable,
        view.title || unchanged(),
        view.subtitle || unchanged(),
        view.answer || view.failed || view.empty || "",
      ];
    },
    number: function (view) {
      if (!view) return Array(4).fill(unchanged());
      clientele.checkVersion(view.version);
      if (view.failed || view.empty) {
        return ["\u2013", null, html("Span", { children: view.empty || "Could not be computed", className: "sub" }), view.failed || view.empty];
      }
      return [view.value, sparkline(view.spark), delta(view), view.exact];
    },
    mode: function (clicks, held) {
      return clicks ? (held === "table" ? "chart" : "table") : unchanged();
    },
    modeLabel: function (mode) {
      return mode === "table" ? "View as chart" : "View as table";
    },
    download: function (csv, png, view, filters, theme, themes) {
      const trigger = (dash_clientside.callback_context.triggered[0] || {});
      if (!trigger.value || !view || !view.table) return unchanged();
      if (!view.figure || view.failed) return unchanged();
      const name = own();
      if (trigger.prop_id.includes("as-csv")) saveCsv(name, view, filters);
      else savePng(name, view, filters, themes[theme] || themes.light);
      return Date.now();
    },
    trust: function (clicks, views, definitions) {
      const trigger = dash_clientside.callback_context.triggered[0];
      if (!trigger || !trigger.value) return [unchanged(), unchanged()];
      const wanted = JSON.parse(trigger.prop_id.slice(0, trigger.prop_id.lastIndexOf("."))).name;
      const held = dash_clientside.callback_context.states_list[0].find((one) => one.id.name === wanted);
      const view = held && held.value;
      if (!view || !view.trust) return [unchanged(), unchanged()];
      return [true, trustBody(view, definitions)];
    },
  };
})();

// The filters, the address bar and the chips above the page: kept equal by one function.
(function () {
  const DAY = 86400000;
  const LISTS = { countries: "country", channels: "channel", categories: "category" };
  const LABELS = { countries: "Country", channels: "Channel", categories: "Category" };

  const OURS = ["from", "to", "customers", "segment", "compare", ...Object.values(LISTS)];

  const toDay = (text) => Date.parse(text + "T00:00:00Z");
  const toText = (time) => new Date(time).toISOString().slice(0, 10);
  const isDay = (text) =>
    /^\d{4}-\d{2}-\d{2}$/.test(text || "") && !isNaN(toDay(text)) && toText(toDay(text)) === text;
  const yearBefore = (text) => {
    const day = new Date(toDay(text));
    day.setUTCFullYear(day.getUTCFullYear() - 1);
    return toText(day.getTime());
  };

  // Each preset as [first day, last day], both shown.
  function presetDays(preset, bounds) {
    const last = toText(toDay(bounds.today) - DAY);
    const back = (days) => toText(toDay(bounds.today) - days * DAY);
    const monthStart = last.slice(0, 8) + "01";
    const within = (day) => (day < bounds.first ? bounds.first : day);
    const lastOfPrevious = toText(toDay(monthStart) - DAY);
    const found = {
      "7d": [back(7), last],
      "30d": [back(30), last],
      "90d": [back(90), last],
      "month": [monthStart, last],
      "last-month": [lastOfPrevious.slice(0, 8) + "01", lastOfPrevious],
      "year": [last.slice(0, 5) + "01-01", last],
      "12m": [bounds.start, toText(toDay(bounds.end) - DAY)],
      "all": [bounds.first, last],
    }[preset];
    return found && [within(found[0]), found[1] < bounds.first ? last : found[1]];
  }

  function presetOf(from, to, bounds) {
    const names = ["12m", "7d", "30d", "90d", "month", "last-month", "year", "all"];
    return names.find((name) => {
      const days = presetDays(name, bounds);
      return days[0] === from && days[1] === to;
    }) || "custom";
  }

  function usual(bounds) {
    const [from, to] = presetDays("12m", bounds);
    return { from, to, countries: [], channels: [], categories: [], known: false, segment: null, compare: "previous" };
  }

  // What an address asks for, and in words what of it cannot be had.
  function read(search, bounds, segments) {
    const asked = new URLSearchParams(search || "");
    const held = usual(bounds);
    const notes = [];
    const last = toText(toDay(bounds.today) - DAY);
    if (asked.has("from") || asked.has("to")) {
      const from = asked.get("from") || held.from;
      const to = asked.get("to") || held.to;
      if (!isDay(from) || !isDay(to) || from > to || to < bounds.first || from > last) {
        notes.push("The address asked for days that cannot be shown; the usual period is shown.");
      } else {
        held.from = from < bounds.first ? bounds.first : from;
        held.to = to > last ? last : to;
      }
    }
    for (const [list, name] of Object.entries(LISTS)) {
      const wanted = [...new Set(asked.getAll(name))];
      held[list] = wanted.filter((value) => bounds[list].includes(value)).sort();
      const unknown = wanted.filter((value) => !bounds[list].includes(value));
      if (unknown.length) {
        const names = unknown.slice(0, 3).map((value) => "“" + value.slice(0, 40) + "”").join(", ");
        notes.push(LABELS[list] + " " + names + " is not in the data and was left out.");
      }
    }
    if (asked.has("customers")) {
      if (asked.get("customers") === "known") held.known = true;
      else notes.push("The address asked for customers that cannot be chosen; all are shown.");
    }
    if (asked.has("segment")) {
      if (segments.some((one) => one.value === asked.get("segment"))) held.segment = asked.get("segment");
      else notes.push("The segment of the address is not there, or is in the archive; all customers are shown.");
    }
    if (held.segment) held.known = false;  // its customers are known
    if (asked.has("compare")) {
      if (["previous", "year", "none"].includes(asked.get("compare"))) held.compare = asked.get("compare");
      else notes.push("The address asked for an unknown comparison; the previous period is used.");
    }
    return [held, notes];
  }

  // The address of these filters; what a tab keeps there of its own stays.
  function write(held, bounds, search) {
    const asked = new URLSearchParams();
    const plain = usual(bounds);
    for (const [name, value] of new URLSearchParams(search || "")) {
      if (!OURS.includes(name)) asked.append(name, value);
    }
    if (held.from !== plain.from || held.to !== plain.to) {
      asked.set("from", held.from);
      asked.set("to", held.to);
    }
    for (const [list, name] of Object.entries(LISTS)) held[list].forEach((value) => asked.append(name, value));
    if (held.known) asked.set("customers", "known");
    if (held.segment) asked.set("segment", held.segment);
    if (held.compare !== plain.compare) asked.set("compare", held.compare);
    const text = asked.toString();
    return text ? "?" + text : "";
  }

  const segmentName = (word, segments) => (segments.find((one) => one.value === word) || {}).label || "";

  function chips(held, segments) {
    const found = [];
    for (const list of Object.keys(LISTS)) {
      held[list].forEach((value) => found.push([list, value, LABELS[list] + ": " + (value || "Not given")]));
    }
    if (held.known) found.push(["known", "known", "Known customers only"]);
    if (held.segment) found.push(["segment", held.segment, "Segment: " + segmentName(held.segment, segments)]);
    return found.map(([list, value, label]) => ({
      type: "Button",
      namespace: "dash_html_components",
      props: {
        id: { type: "chip", list, value },
        className: list === "segment" ? "chip chip-segment" : "chip",
        "aria-label": "Remove " + label,
        children: [
          label,
          ...(list === "segment" ? [clientele.element("Span", { className: "chip-note", children: "not on this tab" })] : []),
          { type: "I", namespace: "dash_html_components", props: { className: "bi bi-x-lg", "aria-hidden": "true" } },
        ],
      },
    }));
  }

  function toggle(values, value) {
    return values.includes(value) ? values.filter((kept) => kept !== value) : values.concat([value]).sort();
  }

  function clicked(held, trigger, name) {
    const tile = document.querySelector('[data-tile="' + CSS.escape(name) + '"]');
    const point = trigger.value && trigger.value.points && trigger.value.points[0];
    if (!tile || !point) return;
    const raw = point.customdata !== undefined ? point.customdata : point.y;
    const [value, itsOwn] = Array.isArray(raw) ? raw : [raw];
    const list = Object.hasOwn(LISTS, itsOwn) ? itsOwn : tile.dataset.clicks;
    if (list && typeof value === "string" && clientele.bounds[list].includes(value)) {
      held[list] = toggle(held[list], value);
    }
  }

  // An address that was opened and is written otherwise is replaced: "back" must not lead to it.
  function mendAddress(address) {
    history.replaceState(history.state, "", location.pathname + address + location.hash);
    setTimeout(() => dash_clientside.set_props("shell-location", { search: address }));
  }

  window.clientele = window.clientele || {};
  // What a downloaded file says of its filters.
  clientele.inWords = function (filters) {
    if (!filters) return "";
    const last = toText(toDay(filters.end) - DAY);
    const parts = [filters.start + " to " + last];
    for (const list of Object.keys(LISTS)) {
      if (filters[list].length) {
        parts.push(LABELS[list] + ": " + filters[list].map((value) => value || "Not given").join(", "));
      }
    }
    if (filters.known_only) parts.push("Known customers only");
    if (filters.segment && !document.body.classList.contains("of-everybody")) parts.push("Segment: " + clientele.segmentName);
    return parts.join("; ");
  };

  const functions = (window.dash_clientside = window.dash_clientside || {});
  functions.filters = {
    keep: function (search, from, to, preset, compare, countries, channels, categories, customers, reset, removed, clicks, options, bounds) {
      const unchanged = dash_clientside.no_update;
      if (!bounds || !bounds.today) return Array(12).fill(unchanged);
      clientele.bounds = bounds;
      const segments = (options || []).filter((one) => one.value !== "all" && one.value !== "known");
      const triggers = (dash_clientside.callback_context.triggered || []).filter((one) => one.prop_id !== ".");
      const by = (id) => triggers.some((one) => one.prop_id.startsWith(id + "."));
      let held;
      let notes = [];
      if (!clientele.held || by("shell-location")) {
        [held, notes] = read(search, bounds, segments);
      } else if (by("shell-reset")) {
        held = usual(bounds);
      } else {
        held = {
          from: (from || clientele.held.from).slice(0, 10),
          to: (to || clientele.held.to).slice(0, 10),
          countries: [...(countries || [])].sort(),
          channels: [...(channels || [])].sort(),
          categories: [...(categories || [])].sort(),
          known: customers === "known",
          segment: segments.some((one) => one.value === customers) ? customers : null,
          compare: compare || "previous",
        };
        if (by("shell-preset") && preset !== "custom") [held.from, held.to] = presetDays(preset, bounds);
        for (const one of triggers) {
          if (!one.prop_id.startsWith("{") || !one.value) continue;
          const id = JSON.parse(one.prop_id.slice(0, one.prop_id.lastIndexOf(".")));
          if (id.type === "chip" && id.list === "known") held.known = false;
          else if (id.type === "chip" && id.list === "segment") held.segment = null;
          else if (id.type === "chip") held[id.list] = held[id.list].filter((value) => value !== id.value);
          else if (id["tile-graph"]) clicked(held, one, id.name);
        }
      }
      const arrived = !clientele.held || by("shell-location");
      clientele.held = held;
      const address = write(held, bounds, search);
      if (arrived && address !== (search || "")) mendAddress(address);
      const filters = {
        start: held.from,
        end: toText(toDay(held.to) + DAY),
        countries: held.countries,
        channels: held.channels,
        categories: held.categories,
        known_only: held.known,
        segment: held.segment,
        compare: held.compare,
      };
      const same = JSON.stringify(filters) === JSON.stringify(clientele.filters);
      clientele.filters = filters;
      clientele.segmentName = segmentName(held.segment, segments);
      return [
        arrived || address === (search || "") ? unchanged : address,
        held.from,
        held.to,
        presetOf(held.from, held.to, bounds),
        held.compare,
        held.countries,
        held.channels,
        held.categories,
        held.segment || (held.known ? "known" : "all"),
        same ? unchanged : filters,
        same ? unchanged : chips(held, segments),
        notes.length ? { head: "Filters", body: notes.join(" "), kind: "warning" } : unchanged,
      ];
    },
    drawer: function (clicks) {
      const open = !document.body.classList.contains("filters-open");
      if (!clicks) return "false";
      document.body.classList.toggle("filters-open", open);
      return String(open);
    },
  };
})();

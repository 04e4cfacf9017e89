// The Experiments tab: which view is shown, the plan's entries, files to and fro.
(function () {
  const unchanged = () => dash_clientside.no_update;
  const triggers = () => (dash_clientside.callback_context.triggered || []).filter((one) => one.prop_id !== ".");
  const asked = (search) => new URLSearchParams(search || "");
  const reader = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  let number = 0;
  let last = "";

  const UNITS = { control: "%", depth: "%", margin: "%", redeemed: "%", low: "%", likely: "%", high: "%", weeks: " weeks" };
  const told = (name, value) => {
    const sign = ["low", "likely", "high"].includes(name) && Number(value) > 0 ? "+" : "";
    return sign + String(value).replace("-", "\u2212") + (name === "weeks" && Number(value) === 1 ? " week" : UNITS[name] || "");
  };

  // What another tab's link says of a plan; it stands in the address beside the filters.
  const LINK = ["for", "offer", "depth", "margin", "redeemed", "low", "likely", "high", "why"];
  const linked = (search) => {
    const held = asked(search);
    const found = new URLSearchParams(LINK.filter((name) => held.has(name)).map((name) => [name, held.get(name)]));
    return held.has("for") ? found.toString() : "";
  };

  const onPage = () => location.pathname.endsWith("/experiments");
  function go(view, experiment) {
    const held = asked(location.search);
    held.set("view", view);
    if (experiment) held.set("experiment", experiment);
    else held.delete("experiment");
    LINK.forEach((name) => held.delete(name));
    dash_clientside.set_props("shell-location", { search: "?" + held.toString() });
  }

  const functions = (window.dash_clientside = window.dash_clientside || {});
  functions.experiments = {
    show: function (search, ids) {
      return clientele.subViews("experiments", asked(search).get("view"), search, ids, (next, word) => {
        if (word === "plan") next.delete("experiment");
      });
    },
    open: function (search, there, held) {
      if (!onPage() || asked(search).get("view") !== "page") return unchanged();
      const id = asked(search).get("experiment");
      return held && held.id === id ? unchanged() : { id };
    },
    planOf: function (search, there, held) {
      if (!onPage() || asked(search).get("view") !== "plan") return unchanged();
      const id = asked(search).get("experiment");
      const link = linked(search);
      if (link) return held && held.link === link ? unchanged() : { link };
      if (held ? held.id === id : !id) return unchanged();
      return { id };
    },
    collect: function (values, seen, ids, shown, opened) {
      const plan = {};
      ids.forEach((id, place) => { plan[id.name] = values[place]; });
      if (opened && opened.origin) plan.origin = opened.origin;
      const texts = shown.map((id) => told(id.name, plan[id.name]));
      const text = JSON.stringify(plan);
      if (!seen || text === last) return [unchanged(), texts];
      last = text;
      number += 1;
      return [{ plan, reader, number }, texts];
    },
    entries: function (opened, basis, ids, values) {
      const names = ids.map((id) => id.name);
      const next = {};
      if (triggers().some((one) => one.prop_id.startsWith("experiments-plan-opened"))) {
        Object.assign(next, (opened && opened.entries) || {});
      } else if ((basis || "").split(";").length === 4) {
        [next.low, next.likely, next.high] = basis.split(";").slice(0, 3).map(Number);
      }
      return names.map((name, place) => (name in next && String(next[name]) !== String(values[place]) ? next[name] : unchanged()));
    },
    visit: function (drafted, saved) {
      const by = triggers()[0];
      if (by && by.value && by.value.id) setTimeout(() => go("page", by.value.id));
      return unchanged();
    },
    exported: function (clicks, values, ids, opened) {
      const by = triggers()[0];
      if (!by || !by.value || !opened || !opened.id) return unchanged();
      const format = JSON.parse(by.prop_id.slice(0, by.prop_id.lastIndexOf("."))).format;
      const place = ids.findIndex((id) => id.what === "columns");
      const layout = (place >= 0 && values[place]) || "generic";
      if (format === "xlsx-job") return { experiment: opened.id, layout, at: Date.now() };
      const link = document.createElement("a");
      link.href = "/downloads/experiment/" + encodeURIComponent(opened.id) + "?" +
        new URLSearchParams({ layout, format }).toString();
      link.download = "";
      document.body.appendChild(link);
      link.click();
      link.remove();
      return unchanged();
    },
    upload: function (contents, filename, opened, author) {
      if (!contents || !opened || !opened.id) return unchanged();
      const tell = (text) => dash_clientside.set_props("experiments-upload-told", { children: text });
      const bytes = Uint8Array.from(atob(contents.slice(contents.indexOf(",") + 1)), (sign) => sign.charCodeAt(0));
      const form = new FormData();
      form.append("file", new Blob([bytes]), filename || "results");
      form.append("author", author || "");
      fetch("/uploads/experiment/" + encodeURIComponent(opened.id), { method: "POST", body: form })
        .then(async (answer) => {
          const text = await answer.text();
          if (!answer.ok) {
            const page = new DOMParser().parseFromString(text, "text/html");
            throw new Error((page.querySelector("p") || page.body).textContent.trim());
          }
          const found = JSON.parse(text);
          tell(found.told);
          dash_clientside.set_props("experiments-uploaded", { data: found });
        })
        .catch((error) => tell(error.message));
      dash_clientside.set_props("experiments-upload", { contents: null });
      return "Reading the file \u2026";
    },
    print: function (clicks) {
      const by = triggers()[0];
      if (by && by.value && by.prop_id.includes('"print"')) window.print();
      return unchanged();
    },
  };
})();

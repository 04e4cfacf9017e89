// Routes, gates, theme and toasts: what happens without asking the server.
(function () {
  window.clientele = window.clientele || {};
  const reader = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  let number = 0;
  let toldVersion = null;

  const element = (type, props, namespace) => ({
    type, namespace: namespace || "dash_html_components", props,
  });
  clientele.element = element;

  const own = () => dash_clientside.callback_context.outputs_list;

  // By which name a reader saves: entered in one tab, known in all.
  clientele.author = () => localStorage.getItem("clientele-author") || "";
  document.addEventListener("change", (event) => {
    if (!event.target.matches || !event.target.matches(".author input")) return;
    localStorage.setItem("clientele-author", event.target.value);
    document.querySelectorAll(".author input").forEach((one) => {
      if (one !== event.target) dash_clientside.set_props(one.id, { value: event.target.value });
    });
  });

  // The script of grids is heavy: it comes with the first tab that may show one.
  let grids = null;
  function loadGrids() {
    grids = grids || new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = document.querySelector('meta[name="clientele-grid"]').content;
      script.onload = done;
      script.onerror = () => {
        grids = null;
        failed();
      };
      document.head.appendChild(script);
    });
    return grids;
  }

  // Which of a tab's sub-views are hidden, which link is active, and where the links lead. The
  // word of another tab's sub-view leaves open what was: the reader only came by.
  const open = {};
  clientele.subViews = function (tab, wanted, search, ids, change) {
    const words = ids.map((id) => id.view);
    if (words.includes(wanted)) open[tab] = wanted;
    else if (!wanted || !open[tab]) open[tab] = words[0];
    const hrefs = words.map((word) => {
      const next = new URLSearchParams(search || "");
      next.set("view", word);
      if (change) change(next, word);
      return "/" + tab + "?" + next.toString();
    });
    return [words.map((word) => word !== open[tab]), words.map((word) => word === open[tab]), hrefs];
  };

  // On a phone the tabs lie in a row that is wider than the screen: the open one is brought into it.
  let centred = null;
  function centre(tab, link) {
    if (!link || tab === centred) return;
    centred = tab;
    const row = link.closest(".nav");
    const bring = () => { row.scrollLeft = link.offsetLeft - row.offsetLeft - (row.clientWidth - link.offsetWidth) / 2; };
    bring();
    document.fonts.ready.then(bring); // names and icons are as wide as their fonts
  }

  const functions = (window.dash_clientside = window.dash_clientside || {});
  functions.shell = {
    // A name entered elsewhere fills the entry of a tab that has just been opened.
    author: function (there, held) {
      return held || !clientele.author() ? dash_clientside.no_update : clientele.author();
    },
    // Path -> the active tab, which panes are hidden, where the links lead.
    route: function (path, search, ids, bounds) {
      const tabs = ids.map((id) => id.tab);
      const wanted = (path || "/").split("/").filter(Boolean).pop();
      const tab = tabs.includes(wanted) ? wanted : tabs[0];
      const link = document.querySelector('.side a[href^="/' + tab + '"]');
      const label = link ? link.querySelector("span").textContent : tab;
      centre(tab, link);
      const heading = document.getElementById("page-title");
      if (heading) heading.textContent = label;
      const everybody = (bounds && bounds.of_everybody) || [];
      document.body.classList.toggle("of-everybody", everybody.includes(tab));
      document.title = label + " · Clientele";
      return [
        tab,
        tabs.map((one) => one !== tab),
        tabs.map((one) => "/" + one + (search || "")),
        tabs.map((one) => one === tab),
      ];
    },
    // A tab's content is asked for at its first visit; again if another visit came in between.
    mount: function (tab, bounds) {
      const body = document.getElementById(JSON.stringify({ tab, type: "pane-body" }));
      if (!tab || (body && body.firstElementChild)) return dash_clientside.no_update;
      if (window.dash_ag_grid || !bounds || (bounds.without_grids || []).includes(tab)) return tab;
      loadGrids().then(
        () => dash_clientside.set_props("shell-mount-request", { data: tab }),
        () => dash_clientside.set_props("shell-notice", {
          data: { head: "Not loaded", body: "A part of this page could not be loaded. Reload the page to try again.", kind: "danger" },
        }),
      );
      return dash_clientside.no_update;
    },
    // A question passes to a tile only when it is in view and asks something new. One callback has
    // all gates: one for each would hold the page up for a second whenever a tab is opened.
    gates: function (filters, active, seen, held) {
      const nothing = dash_clientside.no_update;
      if (!filters) return nothing;
      // Where everybody is shown, choosing a segment is no new question.
      const everybody = (clientele.bounds && clientele.bounds.of_everybody) || [];
      const question = everybody.includes(active) ? Object.assign({}, filters, { segment: null }) : filters;
      const asked = JSON.stringify(question);
      const passed = own().map((gate, place) => {
        if (!seen[place] || active !== gate.id.name.split("-")[0]) return nothing;
        if (held[place] && JSON.stringify(held[place].filters) === asked) return nothing;
        number += 1;
        return { filters: question, reader, number };
      });
      return passed.some((one) => one !== nothing) ? passed : nothing;
    },
    theme: function (clicks, held) {
      const root = document.documentElement;
      let theme = root.getAttribute("data-bs-theme");
      if (clicks) theme = theme === "dark" ? "light" : "dark";
      root.setAttribute("data-bs-theme", theme);
      document.body.setAttribute("data-ag-theme-mode", theme);
      return [
        theme === held ? dash_clientside.no_update : theme,
        element("I", { className: "bi bi-" + (theme === "dark" ? "sun" : "moon-stars"), "aria-hidden": "true" }),
      ];
    },
    toast: function (notice, held) {
      if (!notice) return dash_clientside.no_update;
      const toast = element(
        "Toast",
        {
          children: notice.body,
          header: notice.head,
          icon: notice.kind === "danger" ? "danger" : notice.kind === "warning" ? "warning" : "primary",
          duration: notice.kind === "info" ? 8000 : 12000,
          dismissable: true,
          is_open: true,
          key: String(Date.now()) + Math.random(),
        },
        "dash_bootstrap_components",
      );
      const told = (held || []).filter((one) => one.props.children !== notice.body);
      return told.concat([toast]).slice(-4);
    },
  };

  // Menus close by a click elsewhere, by a choice and by Escape; arrows walk through them.
  const opened = () => Array.from(document.querySelectorAll("details.menu[open]"));
  document.addEventListener("click", (event) => opened().forEach((menu) => {
    if (!menu.contains(event.target) || event.target.closest(".dropdown-item")) menu.open = false;
  }));
  document.addEventListener("toggle", (event) => {
    if (event.target.matches("details.menu[open]")) event.target.lastElementChild.scrollIntoView({ block: "nearest" });
  }, true);
  document.addEventListener("keydown", (event) => opened().forEach((menu) => {
    const items = Array.from(menu.querySelectorAll(".dropdown-item"));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      menu.open = false;
      menu.firstElementChild.focus();
    } else if (step && menu.contains(document.activeElement)) {
      event.preventDefault();
      const at = items.indexOf(document.activeElement);
      const next = at < 0 ? (step > 0 ? 0 : items.length - 1) : (at + step + items.length) % items.length;
      items[next].focus();
    }
  }));

  // New data was loaded while the page stood open: say so once.
  clientele.checkVersion = function (version) {
    const known = clientele.bounds && clientele.bounds.version;
    if (!version || !known || version === known || version === toldVersion) return;
    toldVersion = version;
    dash_clientside.set_props("shell-notice", {
      data: { head: "New data", body: "Data has been loaded since this page was opened. Reload the page to see all of it.", kind: "info" },
    });
  };

  // Tiles that wait until they come into view.
  const watching = new WeakMap(); // whether each is in view, as far as was told
  const inView = new IntersectionObserver((entries) => {
    entries.forEach((entry) => {
      if (watching.get(entry.target) === entry.isIntersecting) return;
      watching.set(entry.target, entry.isIntersecting);
      dash_clientside.set_props({ "tile-seen": 1, name: entry.target.dataset.tile }, { data: entry.isIntersecting });
    });
  }, { rootMargin: "160px" });
  const watch = () => document.querySelectorAll('[data-lazy="yes"]').forEach((tile) => {
    if (!watching.has(tile)) {
      watching.set(tile, false);
      inView.observe(tile);
    }
  });
  const start = () => {
    watch();
    new MutationObserver(watch).observe(document.body, { childList: true, subtree: true });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();

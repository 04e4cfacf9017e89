// Baskets: what is shown while rules are looked for, and the sliders, which answer at once.
(function () {
  const unchanged = () => dash_clientside.no_update;
  const percent = (share) => (100 * share).toLocaleString("en-GB", { maximumSignificantDigits: 2 }) + "%";
  // The slider's handle has no name of its own; a screen reader is told it and its value in words.
  function say(id, name, text, tries) {
    const handle = document.querySelector("#" + id + " [role=slider]");
    if (handle) {
      handle.setAttribute("aria-label", name);
      handle.setAttribute("aria-valuetext", text);
    } else if (tries > 0) setTimeout(() => say(id, name, text, tries - 1), 200);
  }
  // A rule is opened by Enter as by a click.
  const grids = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  grids.openRule = function (params) {
    if (params.event && params.event.key === "Enter" && params.node && params.node.id !== undefined) {
      dash_clientside.set_props("baskets-row", { data: { rowId: params.node.id, at: Date.now() } });
    }
  };

  const functions = (window.dash_clientside = window.dash_clientside || {});
  functions.baskets = {
    // Progress while a job runs; what was found once it is; a button when there is neither.
    progress: function (job, run) {
      const pulse = job ? [clientele.element("Div", { className: "skeleton" })] : [];
      return [!job, !run, Boolean(job || run), pulse];
    },
    sliders: function (steps) {
      if (!steps) return Array(6).fill(unchanged());
      return [steps.orders.length - 1, steps.support, 99, steps.confidence, steps.lifts.length - 1, steps.lift];
    },
    chosen: function (support, confidence, lift, steps, held) {
      if (!steps) return Array(4).fill(unchanged());
      const orders = steps.orders[Math.min(support || 0, steps.orders.length - 1)];
      const least = steps.lifts[Math.min(lift || 0, steps.lifts.length - 1)];
      const chosen = { support: orders / steps.baskets, confidence: (confidence || 0) / 100, lift: least };
      const same = JSON.stringify(chosen) === JSON.stringify(held);
      const texts = [
        percent(chosen.support) + " · " + orders.toLocaleString("en-GB") + " orders",
        (confidence || 0) + "%",
        least.toLocaleString("en-GB"),
      ];
      ["support", "confidence", "lift"].forEach((one, at) => {
        say("baskets-" + one, one[0].toUpperCase() + one.slice(1) + " at least", texts[at], 20);
      });
      return [same ? unchanged() : chosen, ...texts];
    },
    // The filters stay; what another plan's link said goes.
    visitPlan: function (planned) {
      if (planned) {
        const search = new URLSearchParams(location.search);
        ["view", "experiment"].forEach((name) => search.delete(name));
        new URLSearchParams(planned.search).forEach((value, name) => search.set(name, value));
        setTimeout(() => dash_clientside.set_props("shell-location", { pathname: "/experiments", search: "?" + search.toString() }));
      }
      return unchanged();
    },
    refreshGrid: function (chosen) {
      if (!chosen || !window.dash_ag_grid) return unchanged();
      dash_ag_grid.getApiAsync("baskets-rules").then((grid) => grid.purgeInfiniteCache());
      return unchanged();
    },
  };
})();

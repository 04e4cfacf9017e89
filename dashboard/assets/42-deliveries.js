// Deliveries: which parts of the form are shown, which segment is to be sent, the secret.
(function () {
  const unchanged = () => dash_clientside.no_update;
  const icon = (name) => clientele.element("I", { className: "bi bi-" + name, "aria-hidden": "true" });
  let taken = null;

  const functions = (window.dash_clientside = window.dash_clientside || {});
  functions.deliveries = {
    // A "Send" link names the segment; it is taken once, so that the form stays as it is filled.
    wanted: function (search) {
      const asked = new URLSearchParams(search || "");
      const wanted = asked.get("send");
      if (!wanted) {
        taken = null;
        return unchanged();
      }
      if (wanted === taken) return unchanged();
      taken = wanted;
      return { segment: wanted, nonce: Date.now() };
    },
    parts: function (to, often, ids) {
      const shown = { folder: to === "folder", webhook: to === "webhook", schedule: often !== "hand", week: often === "week" };
      const first = (yes) => (yes ? "button primary" : "button");
      return [ids.map((id) => !shown[id.part]), first(often === "hand"), first(often !== "hand")];
    },
    // The form is where a reader goes on after "Send" or "Edit".
    begin: function (edited, wanted) {
      if (!edited && !wanted) return unchanged();
      setTimeout(() => {
        const first = document.getElementById("segments-deliveries-segment");
        if (!first || !first.offsetParent) return;
        first.focus({ preventScroll: true });
        first.closest(".tile").scrollIntoView({ block: "nearest" });
      }, 60);
      return unchanged();
    },
    sleeps: function (seen) {
      return !seen;
    },
    copy: function (clicks, secret) {
      const trigger = dash_clientside.callback_context.triggered[0] || {};
      if (!(trigger.prop_id || "").endsWith(".n_clicks")) return [icon("copy"), "Copy"];
      if (!clicks || !secret) return unchanged();
      const told = (words, sign) => dash_clientside.set_props("segments-deliveries-key-copy", { children: [icon(sign), words] });
      if (!navigator.clipboard) return [icon("x-lg"), "Select it and copy"];
      navigator.clipboard.writeText(secret).then(() => told("Copied", "check-lg"), () => told("Select it and copy", "x-lg"));
      return unchanged();
    },
    forget: function (clicks) {
      return clicks ? [false, ""] : [unchanged(), unchanged()];
    },
  };
})();

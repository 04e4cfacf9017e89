// Marks the places whose answers are on their way, for the skeletons and for screen readers.
(function () {
  const asks = window.fetch;
  const counts = new WeakMap(); // questions on their way, by place

  // As Dash writes an id of several parts into the page.
  const written = (id) => (typeof id === "string" ? id : JSON.stringify(Object.fromEntries(Object.entries(id).sort())));

  function placeOf(id) {
    // What a tile is drawn from is kept in a store, which is not on the page.
    const shown = id["tile-view"]
      ? document.querySelector('[data-tile="' + CSS.escape(id.name) + '"] .waiting')
      : document.getElementById(written(id));
    return shown && shown.closest(".waiting");
  }

  function count(place, more) {
    const now = (counts.get(place) || 0) + more;
    counts.set(place, now);
    if (now > 0) place.setAttribute("aria-busy", "true");
    else place.removeAttribute("aria-busy");
  }

  window.fetch = function (resource, options) {
    const answer = asks.apply(this, arguments);
    if (!String(resource).includes("_dash-update-component") || !options || !options.body) return answer;
    const outputs = [JSON.parse(options.body).outputs].flat(2).filter(Boolean);
    const places = new Set(outputs.map((one) => placeOf(one.id)).filter(Boolean));
    if (!places.size) return answer;
    places.forEach((place) => count(place, 1));
    const arrived = () => setTimeout(() => places.forEach((place) => count(place, -1)));
    return answer.then(
      (response) => {
        if (response.status !== 200) arrived();
        else {
          const read = response.json;
          response.json = () => read.call(response).finally(arrived);
        }
        return response;
      },
      (error) => {
        arrived();
        throw error;
      },
    );
  };
})();

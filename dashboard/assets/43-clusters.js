// Clusters: the points of a map, drawn by the graphics card over the axes that Plotly draws.
// Plotly's own WebGL traces compile code at run time, which our content security policy forbids;
// shaders are compiled by the driver, which it does not. A figure asks for it by `layout.meta.points`.
// Without WebGL, as in a saved picture, Plotly draws the same points.
(function () {
  window.clientele = window.clientele || {};
  const SIZE = 5.5;
  const OPACITY = 0.72;
  const MOST = 16; // groups, as many as the shader holds
  const NEAR = 9; // pixels from a point within which its group is told
  const SHAPES = ["circle", "x", "diamond", "square", "triangle-up"];
  const VERTEX = `
    attribute vec3 point;
    uniform vec4 window;
    uniform vec4 colours[${MOST}];
    uniform float shapes[${MOST}];
    uniform float size;
    varying vec4 colour;
    varying float shape;
    void main() {
      int group = int(point.z + 0.5);
      colour = colours[group];
      shape = shapes[group];
      gl_Position = vec4((point.xy - window.xy) / window.zw * 2.0 - 1.0, 0.0, 1.0);
      gl_PointSize = colour.a > 0.0 ? size + (shape > 0.5 ? 2.0 : 0.0) : 0.0;
    }`;
  const FRAGMENT = `
    precision mediump float;
    varying vec4 colour;
    varying float shape;
    void main() {
      vec2 at = gl_PointCoord * 2.0 - 1.0;
      vec2 far = abs(at);
      float edge = length(at);
      if (shape > 3.5) edge = max(at.y, far.x * 1.6 - at.y * 0.8 + 0.2);
      else if (shape > 2.5) edge = max(far.x, far.y) * 1.2;
      else if (shape > 1.5) edge = far.x + far.y;
      else if (shape > 0.5) edge = abs(far.x - far.y) * 2.4 + max(0.0, max(far.x, far.y) - 0.9) * 9.0;
      float covered = colour.a * (1.0 - smoothstep(0.8, 1.0, edge));
      if (covered <= 0.0 || colour.a <= 0.0) discard;
      gl_FragColor = vec4(colour.rgb * covered, covered);
    }`;

  // Any colour that CSS knows, as three numbers from 0 to 1.
  const pen = document.createElement("canvas").getContext("2d");
  function shares(colour) {
    pen.fillStyle = colour;
    return [1, 3, 5].map((at) => parseInt(pen.fillStyle.slice(at, at + 2), 16) / 255);
  }

  let can = null;
  function possible() {
    if (can === null) {
      const trial = document.createElement("canvas").getContext("webgl");
      can = Boolean(trial);
      if (trial) release(trial);
    }
    return can;
  }
  function release(gl) {
    const held = gl.getExtension("WEBGL_lose_context");
    if (held) held.loseContext();
  }

  function program(gl) {
    const made = gl.createProgram();
    [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]].forEach(([type, text]) => {
      const shader = gl.createShader(type);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(made, shader);
    });
    gl.linkProgram(made);
    return made;
  }

  // The points of all traces, mixed, so that no group lies on top of the others.
  function mixed(traces) {
    const points = traces.flatMap((trace, group) => trace.x.map((x, at) => [x, trace.y[at], group, (at + 0.5) / trace.x.length]));
    return points.sort((one, other) => one[3] - other[3]);
  }
  // Plotly reads tags in names, so they are sent escaped.
  const plain = (name) => String(name).replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
  function around(values) {
    const low = values.reduce((least, value) => Math.min(least, value), Infinity);
    const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
    const room = (high - low || 1) * 0.04;
    return [low - room, high + room];
  }

  class Cloud {
    constructor(graph) {
      this.graph = graph;
      this.canvas = document.createElement("canvas");
      this.canvas.className = "cloud";
      this.canvas.setAttribute("aria-hidden", "true");
      this.tip = document.createElement("div");
      this.tip.className = "cloud-tip";
      this.tip.hidden = true;
      this.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
      this.canvas.addEventListener("webglcontextrestored", () => { this.gl = null; this.draw(); });
      graph.on("plotly_afterplot", () => this.draw());
      graph.addEventListener("mousemove", (event) => this.tell(event));
      graph.addEventListener("mouseleave", () => { this.tip.hidden = true; });
    }
    start() {
      const gl = (this.gl = this.canvas.getContext("webgl", { antialias: true, premultipliedAlpha: true }));
      this.program = program(gl);
      gl.useProgram(this.program);
      gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
      const place = gl.getAttribLocation(this.program, "point");
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, 3, gl.FLOAT, false, 0, 0);
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      this.loaded = null;
    }
    draw() {
      const drawn = this.graph._fullLayout;
      const frame = this.graph.querySelector(".svg-container");
      if (!drawn || !drawn.xaxis || !frame || !this.points) return;
      if (this.canvas.parentNode !== frame) frame.append(this.canvas, this.tip);
      if (!this.gl) this.start();
      const gl = this.gl;
      if (gl.isContextLost()) return;
      const [x, y] = [drawn.xaxis, drawn.yaxis];
      const sharp = window.devicePixelRatio || 1;
      Object.assign(this.canvas.style, { left: x._offset + "px", top: y._offset + "px", width: x._length + "px", height: y._length + "px" });
      this.canvas.width = Math.round(x._length * sharp);
      this.canvas.height = Math.round(y._length * sharp);
      gl.viewport(0, 0, this.canvas.width, this.canvas.height);
      if (this.loaded !== this.points) {
        gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(this.points.flatMap((point) => point.slice(0, 3))), gl.STATIC_DRAW);
        this.loaded = this.points;
      }
      const colours = new Float32Array(4 * MOST);
      const shapes = new Float32Array(MOST);
      this.graph._fullData.forEach((trace, group) => {
        const shown = trace.visible === true ? OPACITY : 0;
        colours.set([...shares(trace.marker.color), shown], 4 * group);
        shapes[group] = Math.max(0, SHAPES.indexOf(trace.marker.symbol));
      });
      const slot = (name) => gl.getUniformLocation(this.program, name);
      gl.uniform4fv(slot("colours"), colours);
      gl.uniform1fv(slot("shapes"), shapes);
      gl.uniform1f(slot("size"), SIZE * sharp);
      gl.uniform4f(slot("window"), x.range[0], y.range[0], x.range[1] - x.range[0], y.range[1] - y.range[0]);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.drawArrays(gl.POINTS, 0, this.points.length);
    }
    // The group of the nearest point, beside the pointer.
    tell(event) {
      const drawn = this.graph._fullLayout;
      if (!drawn || !drawn.xaxis || !this.points) return;
      const box = this.canvas.getBoundingClientRect();
      const [left, top] = [event.clientX - box.left, event.clientY - box.top];
      let [best, least] = [null, NEAR * NEAR];
      this.points.forEach((point) => {
        const far = (drawn.xaxis.c2p(point[0]) - left) ** 2 + (drawn.yaxis.c2p(point[1]) - top) ** 2;
        if (far < least && this.graph._fullData[point[2]].visible === true) [best, least] = [point, far];
      });
      this.tip.hidden = !best;
      if (!best) return;
      this.tip.textContent = this.names[best[2]];
      const wide = this.tip.offsetWidth;
      const beyond = left + wide + 24 > box.width;
      this.tip.style.left = drawn.xaxis._offset + left + (beyond ? -wide - 12 : 12) + "px";
      this.tip.style.top = drawn.yaxis._offset + top - 12 + "px";
    }
    end() {
      if (this.gl) release(this.gl);
      this.canvas.remove();
      this.tip.remove();
    }
  }

  const clouds = new Map(); // tile -> its cloud
  function attach(name, points, names, tries) {
    const graph = document.querySelector('[data-tile="' + CSS.escape(name) + '"] .js-plotly-plot');
    if (!graph || !graph.on) {
      if (tries > 0) setTimeout(() => attach(name, points, names, tries - 1), 50);
      return;
    }
    const held = clouds.get(name);
    if (held && held.graph !== graph) held.end();
    const cloud = held && held.graph === graph ? held : new Cloud(graph);
    clouds.set(name, cloud);
    Object.assign(cloud, { points, names });
    cloud.draw();
  }

  // Takes the points out of a themed figure and draws them over it; leaves the figure as it is
  // where that cannot be.
  clientele.lifted = function (name, figure) {
    const asks = ((figure.layout || {}).meta || {}).points;
    if (!asks || !possible() || figure.data.length > MOST) return figure;
    const points = mixed(figure.data);
    attach(name, points, figure.data.map((trace) => plain(trace.name)), 200);
    figure.layout.xaxis.range = around(points.map((point) => point[0]));
    figure.layout.yaxis.range = around(points.map((point) => point[1]));
    figure.data = figure.data.map((trace) => Object.assign({}, trace, { x: [null], y: [null] }));
    return figure;
  };
})();

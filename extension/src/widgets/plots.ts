// Entry of static/plots.js: Plotly's cartesian bundle, loaded when the first plot opens.
import * as Plotly from "plotly.js-cartesian-dist-min";

export default Plotly;

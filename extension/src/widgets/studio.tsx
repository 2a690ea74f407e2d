// Entry of static/widget.js: the module that a view of the studio loads.
export default {};

/** Style sheets are bundled into widget.css. */
declare module "*.css";

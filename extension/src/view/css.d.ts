/** Style sheets are bundled as text; `styles.ts` puts them on the page. */
declare module "*.css" {
  const text: string;
  export default text;
}

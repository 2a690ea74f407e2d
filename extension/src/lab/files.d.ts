/** Files that the build turns into values. */
declare module "*.svg" {
  const text: string;
  export default text;
}

declare module "*.ipynb" {
  const notebook: import("./notebookFile").NotebookFile;
  export default notebook;
}

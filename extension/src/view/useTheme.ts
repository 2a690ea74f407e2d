import { useEffect, useState } from "react";
import { readTheme, type Theme, watchTheme } from "./theme";

export function useTheme(): Theme {
  const [theme, setTheme] = useState<Theme>(() => readTheme(document));
  useEffect(() => watchTheme(document, () => setTheme(readTheme(document))), []);
  return theme;
}

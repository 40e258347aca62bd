export type Theme = 'system' | 'light' | 'dark';

const KEY = 'tributary.theme';
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const print = window.matchMedia('print');

export function chosenTheme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  applyTheme();
}

/** The page tells its light in one attribute, which styles and charts follow. Paper is light. */
export function applyTheme(): void {
  const chosen = chosenTheme();
  const isDark = !print.matches && (chosen === 'dark' || (chosen === 'system' && dark.matches));
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
}

dark.addEventListener('change', applyTheme);
print.addEventListener('change', applyTheme);

import { readFileSync } from 'node:fs';

/** The script that stands beside this file, as it is put into a page; what a build adds at its end is left out. */
export const pageScript = (name: 'interact' | 'embedded' | 'tributary-report'): string =>
  readFileSync(new URL(`./${name}.js`, import.meta.url), 'utf8').replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n');
